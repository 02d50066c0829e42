import type { Cell } from '@murmuration/monitoring/samples/sample';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { countColumns, type FeatureColumns } from '@murmuration/serving/monitor/drift/counting-plan';
import {
  type DriftStore,
  type DriftWindow,
  memoryDrift,
} from '@murmuration/serving/monitor/drift/drift-store';
import { DriftWatch } from '@murmuration/serving/monitor/drift/drift-watch';
import { FeatureTally } from '@murmuration/serving/monitor/drift/feature-tally';
import { FeatureReader } from '@murmuration/serving/monitor/drift/features';
import { driftSchema } from '@murmuration/serving/monitor/settings';
import { beforeEach, describe, expect, it } from 'vitest';
import { normal, uniform } from '../../../../monitoring/uniform.ts';

const hour = 3_600_000;
let clock: VirtualClock;
let store: DriftStore;
let compared: DriftWindow[];
let faults: unknown[];
let watch: DriftWatch;

const open = (settings: object = {}) =>
  new DriftWatch(driftSchema.parse(settings)!, {
    clock,
    store,
    events: { compared: window => compared.push(window), fault: (_, error) => faults.push(error) },
  });

beforeEach(() => {
  clock = new VirtualClock(0);
  store = memoryDrift();
  compared = [];
  faults = [];
  watch = open();
});

/** Rows of a standard normal number, moved by `shift`, and of one of four countries. */
function rowsOf(count: number, random: () => number, shift = 0): FeatureColumns {
  const next = normal(random);
  const cells = <Value extends Cell>(make: () => Value) => Array.from({ length: count }, make);
  return {
    x: { role: 'feature', cells: cells(() => next() + shift) },
    country: { role: 'feature', cells: cells(() => ['de', 'fr', 'es', 'it'][Math.floor(random() * 4)]!) },
  };
}

/** Asks a version as a replica does: by the plan of the moment. */
async function ask(columns: FeatureColumns, version = '1') {
  const plan = watch.plan('m', version);
  if (!plan) return watch.take({ model: 'm', version, requests: 1, columns });
  return watch.take({ model: 'm', version, requests: 1, plan: plan.id, counts: countColumns(plan, columns) });
}

describe('a watch for drift', () => {
  it('compares a feature that is called as what each object has, with its values or by counts', async () => {
    const random = uniform(1);
    const named = (rows: FeatureColumns): FeatureColumns =>
      ({ constructor: rows.x!, toString: rows.country! }) as never;
    for (let i = 0; i < 4; i++) await ask(named(rowsOf(250, random)));
    await ask(named(rowsOf(2_000, random, 1)));
    await clock.advance(hour - clock.now());
    await ask(named(rowsOf(1, random)));
    expect(faults).toEqual([]);
    expect(compared).toHaveLength(1);
    const { overview, features } = compared[0]!.report;
    expect(overview).toMatchObject({ compared: 2, drifted: 1 });
    expect(features.map(({ name, drift }) => [name, drift?.drifted])).toEqual([
      ['constructor', true],
      ['toString', false],
    ]);
  });

  it('takes the first rows of a version as its reference, and compares the windows that follow', async () => {
    const random = uniform(1);
    for (let i = 0; i < 4; i++) await ask(rowsOf(250, random));
    expect((await watch.state('m', '1')).reference).toMatchObject({ origin: 'traffic', rows: 1_000 });
    await ask(rowsOf(2_000, random));
    expect(compared).toEqual([]);
    await clock.advance(hour - clock.now());
    await ask(rowsOf(1, random));
    expect(compared).toHaveLength(1);
    expect(compared[0]).toMatchObject({ number: 1, from: 0, to: hour, rows: 2_000 });
    expect(compared[0]!.report.overview).toMatchObject({ compared: 2, drifted: 0, isDrifted: false });
    await ask(rowsOf(2_000, random, 1));
    await clock.advance(2 * hour - clock.now());
    await ask(rowsOf(1, random));
    const { overview, features } = compared[1]!.report;
    expect(overview).toMatchObject({ drifted: 1, share: 0.5, isDrifted: true });
    expect(features.filter(({ drift }) => drift?.drifted).map(({ name }) => name)).toEqual(['x']);
    expect(features[0]!.drift?.since).toBe(2 * hour);
    await ask(rowsOf(2_000, random, 1));
    await clock.advance(3 * hour - clock.now());
    await ask(rowsOf(1, random, 1));
    expect(compared[2]!.report.features[0]!.drift?.since).toBe(2 * hour);
    expect(faults).toEqual([]);
  });

  it('raises no alarm in 1,000 windows without drift, with as few rows as it takes', async () => {
    const random = uniform(7);
    await ask(rowsOf(1_000, random));
    for (let i = 1; i <= 1_000; i++) {
      await ask(rowsOf(1_000, random));
      await clock.advance(hour);
      await ask(rowsOf(1, random));
    }
    expect(compared).toHaveLength(1_000);
    const alarms = compared.filter(({ report }) => report.overview.drifted > 0);
    expect(alarms.length).toBeLessThanOrEqual(10);
  });

  it('compares windows of whole hours at their end, also where nobody asks any more', async () => {
    const random = uniform(13);
    await clock.advance(hour / 2);
    await ask(rowsOf(1_000, random));
    await ask(rowsOf(1_000, random));
    await clock.advance(10 * hour);
    expect(compared).toMatchObject([{ from: 0, to: hour, rows: 1_000 }]);
    await watch.close();
    expect(clock.pending).toBe(0);
  });

  it('waits for rows as well as for time', async () => {
    const random = uniform(2);
    await ask(rowsOf(1_000, random));
    await clock.advance(50 * hour - clock.now());
    await ask(rowsOf(999, random));
    await clock.advance(100 * hour - clock.now());
    await ask(rowsOf(0, random));
    expect(compared).toEqual([]);
    await ask(rowsOf(1, random));
    expect(compared).toMatchObject([{ from: 50 * hour, to: 100 * hour, rows: 1_000 }]);
  });

  it('keeps references and windows over a restart, and begins the open window again', async () => {
    const random = uniform(3);
    await ask(rowsOf(1_000, random));
    await ask(rowsOf(1_000, random, 2));
    await clock.advance(hour - clock.now());
    await ask(rowsOf(1, random, 2));
    await ask(rowsOf(500, random, 2));
    watch = open();
    expect((await watch.state('m', '1')).last?.overview.drifted).toBe(1);
    // Before the first question nobody has said how it is counted: values count all the same.
    await watch.take({ model: 'm', version: '1', requests: 1, columns: rowsOf(1_000, random, 2) });
    expect((await watch.state('m', '1')).rows).toBe(1_000);
    await clock.advance(2 * hour - clock.now());
    await ask(rowsOf(1, random, 2));
    expect(compared.map(({ number }) => number)).toEqual([1, 2]);
    expect(compared[1]!.report.features[0]!.drift?.since).toBe(hour);
  });

  it('compares with a window that somebody chose, and no longer calls it drift', async () => {
    const random = uniform(4);
    await ask(rowsOf(1_000, random));
    for (let i = 1; i <= 2; i++) {
      await ask(rowsOf(1_000, random, 1));
      await clock.advance(i * hour - clock.now());
      await ask(rowsOf(1, random, 1));
      if (i === 1) await watch.referTo('m', '1', 1);
    }
    expect(compared.map(({ report }) => report.overview.drifted)).toEqual([1, 0]);
    expect((await watch.state('m', '1')).reference).toMatchObject({ origin: 'window', from: 0, to: hour });
    await expect(watch.referTo('m', '1', 9)).rejects.toMatchObject({ code: 'request.not-found' });
    await watch.gather('m', '1');
    expect((await watch.state('m', '1')).reference).toBeUndefined();
    await ask(rowsOf(1_000, random, 1));
    await expect(watch.referTo('m', '1', 1)).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('compares with a sample that somebody gives', async () => {
    const random = uniform(5);
    await ask(rowsOf(10, random));
    await watch.referToSample('m', '1', rowsOf(5_000, random, 1));
    await ask(rowsOf(1_000, random));
    await clock.advance(hour - clock.now());
    await ask(rowsOf(1, random));
    expect(compared[0]!.report.overview.drifted).toBe(1);
    await expect(
      watch.referToSample('m', '1', { x: { role: 'feature', cells: [null] } }),
    ).rejects.toMatchObject({ code: 'request.invalid' });
    for (const version of ['1', '2']) {
      if (version === '2') await ask(rowsOf(10, random), version);
      const misfit = watch.referToSample('m', version, { y: { role: 'feature', cells: [1, 2, 3] } });
      await expect(misfit).rejects.toMatchObject({
        code: 'request.invalid',
        detail: expect.stringContaining('x, country'),
      });
    }
    expect((await watch.state('m', '1')).reference).toMatchObject({ origin: 'sample', rows: 5_000 });
  });

  it('takes what people set for a model: tests, thresholds, windows, and drift that they expect', async () => {
    const random = uniform(6);
    await ask(rowsOf(1_000, random));
    await watch.change('m', { every: 60_000, features: { country: { test: 'psi', threshold: 3 } } });
    await ask(rowsOf(1_000, random, 1));
    await clock.advance(60_000 - clock.now());
    await ask(rowsOf(1, random, 1));
    const [x, country] = compared[0]!.report.features;
    expect(country!.drift).toMatchObject({ test: 'psi', threshold: 3, drifted: false });
    expect(x!.drift).toMatchObject({ test: 'jensen-shannon', threshold: 0.1, drifted: true });
    await watch.change('m', { every: 60_000, expected: ['x'] });
    await ask(rowsOf(1_000, random, 1));
    await clock.advance(120_000 - clock.now());
    await ask(rowsOf(1, random, 1));
    expect(compared[1]!.report).toMatchObject({
      overview: { drifted: 0, isDrifted: false },
      expected: ['x'],
    });
    expect(compared[1]!.report.features[0]!.drift?.drifted).toBe(true);
  });

  it('tells versions apart', async () => {
    const random = uniform(8);
    await ask(rowsOf(1_000, random));
    await ask(rowsOf(1_000, random, 5), '2');
    for (const version of ['1', '2']) await ask(rowsOf(1_000, random, version === '1' ? 0 : 5), version);
    await clock.advance(hour - clock.now());
    for (const version of ['1', '2']) await ask(rowsOf(1, random), version);
    expect(compared.map(({ version, report }) => [version, report.overview.drifted])).toEqual([
      ['1', 0],
      ['2', 0],
    ]);
  });

  it('leaves out what was counted for an earlier reference, and takes no harm from counts that do not fit', async () => {
    const random = uniform(9);
    await ask(rowsOf(1_000, random));
    const { id } = watch.plan('m', '1')!;
    const seen = { model: 'm', version: '1', requests: 1 };
    const odd = { counts: [1, 2], missing: 0, unreadable: 0 };
    await watch.take({ ...seen, plan: 'another', counts: { x: odd } });
    expect(faults).toEqual([]);
    await watch.take({ ...seen, plan: id, counts: { x: odd } });
    expect(faults).toMatchObject([{ code: 'data.malformed' }]);
    await watch.take({ ...seen, plan: id, counts: { stranger: odd } });
    expect((await watch.state('m', '1')).rows).toBe(0);
  });

  it('goes on where a window can’t be kept, and compares it once it can', async () => {
    const random = uniform(10);
    await ask(rowsOf(1_000, random));
    const { addWindow } = store;
    store.addWindow = async () => {
      throw new Error('The disk is full.');
    };
    await ask(rowsOf(1_000, random));
    await clock.advance(hour - clock.now());
    await ask(rowsOf(1, random));
    expect(compared).toEqual([]);
    expect(faults.length).toBeGreaterThan(0);
    store.addWindow = addWindow;
    await ask(rowsOf(1, random));
    expect(compared).toMatchObject([{ number: 1, rows: 1_001 }]);
  });

  it('keeps no value once it has a reference', async () => {
    const secret = 12_345.678;
    const random = uniform(11);
    const { x } = rowsOf(999, random);
    await ask({ x: { role: 'feature', cells: [...x!.cells, secret] } });
    expect(JSON.stringify(await store.reference('m', '1'))).not.toContain(String(secret));
  });
});

describe('a tally of features', () => {
  it('counts by a plan as a sample is counted', async () => {
    const random = uniform(12);
    const reader = new FeatureReader();
    const values = new FeatureTally(reader, undefined);
    const row = () => Float32Array.of(random(), Math.floor(random() * 3));
    for (let i = 0; i < 1_000; i++)
      values.add([{ name: 'x', datatype: 'FP32', shape: [1, 2], data: row() }], []);
    await watch.take(values.take('m', '1')!);
    const plan = watch.plan('m', '1')!;
    expect(plan.features['x[1]']!.bins).toMatchObject({ kind: 'categories' });
    const tally = new FeatureTally(reader, plan);
    tally.add([{ name: 'x', datatype: 'FP32', shape: [1, 2], data: Float32Array.of(0.5, 2) }], []);
    const seen = tally.take('m', '1')!;
    expect('counts' in seen && seen.counts['x[0]']!.counts.reduce((sum, count) => sum + count)).toBe(1);
    expect(tally.take('m', '1')).toBeUndefined();
  });

  it('leaves nothing of what texts say, in what is sent and in what is kept', async () => {
    const secret = 'my pin is 4711';
    const said = [new TextEncoder().encode(secret)];
    const text = { name: 'text', datatype: 'BYTES', shape: [1], data: said } as const;
    const sent: string[] = [];
    const see = async (rows: number) => {
      const tally = new FeatureTally(new FeatureReader(), watch.plan('m', '1'));
      for (let i = 0; i < rows; i++) tally.add([text], [{ kind: 'number', value: i }]);
      const seen = tally.take('m', '1')!;
      sent.push(JSON.stringify(seen));
      await watch.take(seen);
    };
    await see(1_000);
    await see(1_000);
    await clock.advance(hour);
    expect(compared).toHaveLength(1);
    const kept = JSON.stringify([await store.reference('m', '1'), await store.windows('m', '1', 9)]);
    for (const each of [...sent, kept]) {
      expect(each).toContain('text (words)');
      for (const part of secret.split(' ').filter(word => word.length > 2)) expect(each).not.toContain(part);
    }
  });

  it('keeps a bounded number of values and features', () => {
    const tally = new FeatureTally(new FeatureReader(), undefined);
    for (let i = 0; i < 300; i++)
      tally.add([{ name: `x${i}`, datatype: 'FP32', shape: [256], data: new Float32Array(256) }], []);
    for (let i = 0; i < 20; i++)
      tally.add([{ name: 'x0', datatype: 'FP32', shape: [256], data: new Float32Array(256) }], []);
    const seen = tally.take('m', '1')!;
    const columns = 'columns' in seen ? Object.values(seen.columns) : [];
    expect(columns.length).toBe(120);
    expect(Math.max(...columns.map(({ cells }) => cells.length))).toBe(2_000);
  });
});
