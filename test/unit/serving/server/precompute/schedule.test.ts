import { csv, rows } from '@murmuration/serving/precompute/job/inputs';
import type { PrecomputeDefinition } from '@murmuration/serving/precompute/job/job';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { denseModel } from '../models.ts';
import { JobBench } from './bench-of-jobs.ts';

let bench: JobBench;
const job = (more: Partial<PrecomputeDefinition>): PrecomputeDefinition => ({
  name: 'sums',
  model: 'dense@latest',
  inputs: csv('in.csv'),
  key: 'id',
  ...more,
});

beforeEach(async () => {
  bench = await JobBench.create(undefined);
  await bench.models.put('dense', 1, await denseModel(2, 1));
  await bench.file('in.csv', 'id,x1,x2\na,1,1\nb,2,1\n');
});
afterEach(() => bench.close());

/** A process whose jobs run when they are due; `runs` lists the ends of runs, `began` their beginnings. */
async function scheduled(more: Partial<PrecomputeDefinition>) {
  const runs: string[] = [];
  const failures: unknown[] = [];
  const opened = await bench.process([job(more)], {
    ended: (_, { version, computed, reused }) => runs.push(`${version}: ${computed}+${reused}`),
    failed: (_, error) => failures.push(error),
  });
  opened.jobs.schedule();
  return { ...opened, runs, failures };
}

describe('a scheduled job', () => {
  it('runs at once, and then every so often', async () => {
    const { runs, jobs } = await scheduled({ every: '1 h' });
    await expect
      .poll(async () => {
        await bench.clock.advance(10);
        return runs;
      })
      .toEqual(['1: 2+0']);
    await expect.poll(async () => (await jobs.state('sums')).next).not.toBeNull();
    const { next } = await jobs.state('sums');
    await bench.clock.advance((next ?? 0) - bench.clock.now() - 1);
    expect(runs).toHaveLength(1);
    await bench.clock.advance(1);
    await expect.poll(() => runs).toEqual(['1: 2+0', '1: 0+2']);
  });

  it('does not run at once after a restart where its time has not come', async () => {
    const first = await scheduled({ every: '1 h' });
    await expect
      .poll(async () => {
        await bench.clock.advance(10);
        return first.runs;
      })
      .toHaveLength(1);
    await first.close();
    const second = await scheduled({ every: '1 h' });
    await expect.poll(async () => (await second.jobs.state('sums')).next).not.toBeNull();
    expect((await second.jobs.state('sums')).next).toBeGreaterThan(bench.clock.now() + 3_000_000);
    expect(second.runs).toEqual([]);
  });

  it('runs once its model means another version, and not for anything else', async () => {
    const { runs } = await scheduled({ onPromotion: true });
    await expect
      .poll(async () => {
        await bench.clock.advance(10);
        return runs;
      })
      .toEqual(['1: 2+0']);
    await bench.models.put('other', 1, await denseModel(2, 1));
    await bench.models.put('dense', 2, await denseModel(2, 1, 8));
    await expect
      .poll(async () => {
        await bench.clock.advance(2_000);
        return runs;
      })
      .toEqual(['1: 2+0', '2: 2+0']);
  });

  it('goes on at once with a run that a process left behind, though nothing else is due', async () => {
    const give = async function* () {
      for (let n = 0; n < 5_000; n++) yield { id: `a${n}`, x: [n, 1] };
      throw new Error('The power is gone.');
    };
    const broken = await bench.process([job({ inputs: rows(give) })]);
    await expect(broken.jobs.run('sums')).rejects.toThrow('The power is gone.');
    await broken.close();
    const whole = () => Array.from({ length: 5_000 }, (_, n) => ({ id: `a${n}`, x: [n, 1] }));
    const { runs } = await scheduled({ inputs: rows(whole) });
    await expect
      .poll(async () => {
        await bench.clock.advance(10);
        return runs;
      })
      .toHaveLength(1);
    expect(runs[0]).toMatch(/^1: \d{1,3}\+4\d{3}$/);
  });

  it('is tried again where its database or its model is away, and waits for its time where its inputs are wrong', async () => {
    const { failures, jobs } = await scheduled({ every: '1 h', inputs: csv('nowhere.csv') });
    await expect
      .poll(async () => {
        await bench.clock.advance(10);
        return failures;
      })
      .toMatchObject([{ code: 'config.invalid' }]);
    await expect.poll(async () => (await jobs.state('sums')).next).not.toBeNull();
    expect((await jobs.state('sums')).next).toBeGreaterThan(bench.clock.now() + 3_000_000);
    expect(await jobs.state('sums')).toMatchObject({ last: { error: expect.stringMatching(/nowhere.csv/) } });
  });
});

describe('a run', () => {
  it('that finds no model says so in the state of the job', async () => {
    const { jobs } = await bench.process([job({ model: 'nothing@champion' })]);
    await expect(jobs.run('sums')).rejects.toMatchObject({ code: 'model.missing' });
    expect(await jobs.state('sums')).toMatchObject({
      table: null,
      underWay: null,
      last: { read: 0, error: expect.stringMatching(/"nothing" is not found/) },
    });
  });

  it('reads no further ahead than a few batches, however many rows there are', async () => {
    let given = 0;
    let committed = 0;
    let furthest = 0;
    const give = function* () {
      for (; given < 60_000; given++) {
        furthest = Math.max(furthest, given - committed);
        yield { id: `a${given}`, x: [given, 1] };
      }
    };
    const { jobs } = await bench.process([job({ inputs: rows(give) })], {
      progressed: (_, { computed }) => {
        committed = computed;
      },
    });
    expect(await jobs.run('sums')).toMatchObject({ computed: 60_000 });
    expect(furthest).toBeLessThan(3 * 4_096 + 512);
  });

  it('finds the row that the model refuses among those that ran with it', async () => {
    await bench.models.putEcho('echo', 1, [
      { name: 'number', datatype: 'FP32', shape: [-1] },
      { name: 'flag', datatype: 'BOOL', shape: [-1] },
    ]);
    const many = Array.from({ length: 1_000 }, (_, n) => ({ id: n, number: n / 2, flag: n % 2 === 0 }));
    const records = [...many, { id: 'wrong', number: 'x', flag: true }, { id: 'odd', number: 1, flag: 3 }];
    const { jobs } = await bench.process([job({ model: 'echo', inputs: rows(() => records) })]);
    const { failures, ...counts } = await jobs.run('sums');
    expect(counts).toMatchObject({ computed: 1_000, failed: 2 });
    expect(failures.map(({ key, line }) => [key, line])).toEqual([
      ['wrong', 1_001],
      ['odd', 1_002],
    ]);
    expect((await jobs.find('sums', '7')).row.prediction).toBe('{"number_out":3.5,"flag_out":false}');
  });

  it('keeps the answers that JSON can write, and says which it can not', async () => {
    await bench.models.putEcho('echo', 1, [{ name: 'text', datatype: 'BYTES', shape: [-1] }]);
    const records = [
      { id: 'good', text: 'see you "soon" 😀' },
      { id: 'bytes', text: Uint8Array.of(0xff, 0xfe) },
    ];
    const { jobs } = await bench.process([job({ model: 'echo', inputs: rows(() => records) })]);
    expect(await jobs.run('sums')).toMatchObject({
      computed: 1,
      failed: 1,
      failures: [{ key: 'bytes', reason: expect.stringMatching(/JSON can't write/) }],
    });
    expect(JSON.parse((await jobs.find('sums', 'good')).row.prediction)).toBe('see you "soon" 😀');
  });

  it('computes a stale row anew from the inputs that it had, whatever their datatypes', async () => {
    const specs = [
      { name: 'wide', datatype: 'INT64', shape: [-1] },
      { name: 'half', datatype: 'FP16', shape: [-1, 2] },
      { name: 'texts', datatype: 'BYTES', shape: [-1, -1] },
    ];
    await bench.models.putEcho('echo', 1, specs);
    const records = [
      { id: 'a', wide: 9_007_199_254_740_993n, half: [0.5, -2], texts: ['x', 'ü'] },
      { id: 'b', wide: -1, half: [1, 1], texts: ['only'] },
    ];
    const { jobs } = await bench.process([
      job({ model: 'echo', inputs: rows(() => records), validFor: '1 min', stale: 'compute' }),
    ]);
    expect(await jobs.run('sums')).toMatchObject({ computed: 2, failed: 0 });
    const before = (await jobs.find('sums', 'a')).row.prediction;
    expect(before).toBe('{"wide_out":9007199254740993,"half_out":[0.5,-2],"texts_out":["x","ü"]}');
    await bench.clock.advance(60_000);
    const { row } = await jobs.find('sums', 'a');
    expect(row.prediction).toBe(before);
    expect(row.computed_at).toBe(bench.clock.now());
  });

  it('says what is wrong where the columns do not fit the model', async () => {
    await bench.file('wide.csv', 'id,a,b,c\n1,1,1,1\n');
    const { jobs } = await bench.process([
      job({ name: 'wide', inputs: csv('wide.csv') }),
      job({ name: 'no-key', key: 'nothing' }),
      job({ name: 'no-input', columns: { y: 'x1' } }),
      job({ name: 'no-column', columns: { x: ['x1', 'x9'] } }),
    ]);
    await expect(jobs.run('wide')).rejects.toThrow(
      /No column is the input "x": there are "id", "a", "b", "c"/,
    );
    await expect(jobs.run('no-key')).rejects.toThrow(
      /There is no column "nothing"; there are "id", "x1", "x2"/,
    );
    await expect(jobs.run('no-input')).rejects.toThrow(/names the input "y"; the model takes "x" FP32/);
    await expect(jobs.run('no-column')).rejects.toThrow(/There is no column "x9"/);
  });
});
