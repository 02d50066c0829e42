import { CoordinatorEvents } from '@murmuration/coordinator/events';
import { VerdictRecorder } from '@murmuration/coordinator/registry/verdict-recorder';
import type { VerdictStore } from '@murmuration/coordinator/registry/verdicts';
import { memoryVerdicts } from '@murmuration/coordinator/storage/memory-access';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids';
import { VirtualClock } from '@murmuration/simulations/clock/virtual-clock';
import { beforeEach, describe, expect, it } from 'vitest';
import { deviceId } from '../federation.ts';

const task = 'line' as TaskName;
const hash = (n: number) => n.toString(16).padStart(64, '0') as ModelHash;
const other = hash(0xfff);

let clock: VirtualClock;
let store: VerdictStore;
let faults: string[];
let lookups: number;

beforeEach(() => {
  clock = new VirtualClock();
  store = memoryVerdicts();
  faults = [];
  lookups = 0;
});

/** A recorder for which every model but one is a version of the task. */
function open(change: Partial<VerdictStore> = {}) {
  const events = new CoordinatorEvents();
  events.on('fault', where => faults.push(where));
  const history = {
    version: async (model: ModelHash) => {
      lookups += 1;
      return { model, task: model === other ? 'another' : task } as never;
    },
  };
  return new VerdictRecorder({ ...store, ...change }, history, events, clock);
}

const saying = (verdict: 'kept' | 'refused', ...models: ModelHash[]) => ({
  task,
  verdicts: models.map(model => ({ model, verdict })),
});

describe('the recorder of verdicts', () => {
  it('RD11: counts each device once a version, and writes the numbers together', async () => {
    const recorder = open();
    await recorder.take(deviceId(1), saying('kept', hash(1)));
    await recorder.take(deviceId(1), saying('refused', hash(1)));
    await recorder.take(deviceId(2), saying('refused', hash(1), hash(2)));
    await recorder.take(deviceId(3), { task });
    expect(await store.of([hash(1)])).toEqual(new Map());
    await clock.advance(10_000);
    await recorder.flush();
    expect(await store.of([hash(1), hash(2)])).toEqual(
      new Map([
        [hash(1), { kept: 1, refused: 1 }],
        [hash(2), { kept: 0, refused: 1 }],
      ]),
    );
    await recorder.take(deviceId(3), saying('kept', hash(1)));
    await recorder.close();
    expect((await store.of([hash(1)])).get(hash(1))).toEqual({ kept: 2, refused: 1 });
    expect(faults).toEqual([]);
  });

  it('RD11: ignores what is said of versions that are not of the task', async () => {
    const recorder = open();
    await recorder.take(deviceId(1), saying('refused', other));
    await recorder.close();
    expect(await store.of([other])).toEqual(new Map());
  });

  it('keeps what could not be written for the next time', async () => {
    let isFull = true;
    const recorder = open({
      add: async counts => {
        if (isFull) throw new Error('full');
        await store.add(counts);
      },
    });
    await recorder.take(deviceId(1), saying('kept', hash(1)));
    await clock.advance(10_000);
    await recorder.flush();
    expect(faults).toContain('counting verdicts on versions');
    isFull = false;
    await recorder.take(deviceId(2), saying('kept', hash(1)));
    await clock.advance(10_000);
    await recorder.flush();
    expect((await store.of([hash(1)])).get(hash(1))).toEqual({ kept: 2, refused: 0 });
  });

  it('remembers the versions that were heard of last, and loses no number of the others', async () => {
    const recorder = open();
    const models = Array.from({ length: 40 }, (_, i) => hash(i + 1));
    for (const model of models) await recorder.take(deviceId(1), saying('kept', model));
    await recorder.close();
    const counts = await store.of(models);
    expect(models.map(model => counts.get(model))).toEqual(models.map(() => ({ kept: 1, refused: 0 })));
    expect(lookups).toBe(40);
  });
});
