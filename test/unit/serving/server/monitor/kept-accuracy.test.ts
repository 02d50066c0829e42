import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { settled, VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { AccuracyStore } from '@murmuration/serving/monitor/accuracy-store';
import { KeptAccuracy } from '@murmuration/serving/monitor/kept-accuracy';
import { LiveMonitor } from '@murmuration/serving/monitor/live-monitor';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { accuracyIn } from '@murmuration/storage/operation/accuracy-store';
import { describe, expect, it } from 'vitest';

const hour = 3_600_000;
const horizon = 24 * hour;

async function open(store: AccuracyStore, clock: VirtualClock, faults: string[] = []) {
  const live = new LiveMonitor(
    { horizon, positive: {} },
    { clock, store, events: { fault: where => faults.push(where) } },
  );
  await live.open();
  return live;
}

let windows = 0;

/** Predictions of class 1 by version 1, and what they were. */
async function predict(live: LiveMonitor, clock: VirtualClock, ...outcomes: readonly number[]) {
  windows += 1;
  const ids = outcomes.map((_, at) => `${windows} ${at}`);
  live.window({
    replica: 'r',
    number: windows,
    requests: [{ model: 'm', version: '1', count: outcomes.length }],
    predictions: ids.map(id => ({
      id,
      at: clock.now(),
      model: 'm',
      version: '1',
      rows: [{ kind: 'class', guesses: [1, 0], classes: 2 }],
    })),
  });
  for (const [at, id] of ids.entries()) await live.feedback({ id, outcome: outcomes[at]! });
}

describe('how good a version was', () => {
  it('is known after a restart, and goes on from there', async () => {
    const [store, clock] = [accuracyIn(memoryDocuments()), new VirtualClock()];
    const before = await open(store, clock);
    await predict(before, clock, 1, 1, 0);
    await before.close();
    const after = await open(store, clock);
    expect(after.of('m', '1')).toEqual(before.of('m', '1'));
    await predict(after, clock, 1);
    expect(after.of('m', '1')).toMatchObject({ requests: 4, outcomes: 4, accuracy: { value: 0.75 } });
    await after.close();
    expect((await open(store, clock)).of('m', '1').outcomes).toBe(4);
  });

  it('is written within two seconds, so that a process that is killed loses no more', async () => {
    const [store, clock] = [accuracyIn(memoryDocuments()), new VirtualClock()];
    const killed = await open(store, clock);
    await predict(killed, clock, 1, 1);
    await clock.advance(2_000);
    await predict(killed, clock, 0);
    expect((await open(store, clock)).of('m', '1').outcomes).toBe(2);
  });

  it('is forgotten after its horizon', async () => {
    const [store, clock] = [accuracyIn(memoryDocuments()), new VirtualClock()];
    const live = await open(store, clock);
    await predict(live, clock, 1);
    await clock.advance(horizon + 2 * hour);
    expect((await open(store, clock)).of('m', '1').outcomes).toBe(0);
    await predict(live, clock, 1);
    await live.close();
    expect(await store.all()).toHaveLength(1);
  });

  it('is read from the horizon on, however much a store has kept', async () => {
    const [store, clock] = [accuracyIn(memoryDocuments()), new VirtualClock(0)];
    const live = await open(store, clock);
    await predict(live, clock, 1);
    await live.close();
    const [kept] = await store.all();
    await store.put([1, 2, 3].map(hours => ({ ...kept!, from: hours * hour })));
    const read = new KeptAccuracy({
      store,
      clock,
      fault: () => {},
      first: () => 2 * hour,
      of: () => undefined,
    }).read();
    expect((await read).map(({ from }) => from / hour).sort()).toEqual([2, 3]);
  });

  it('waits for a store that is away, and is written once it is back', async () => {
    const [kept, clock, faults] = [accuracyIn(memoryDocuments()), new VirtualClock(), [] as string[]];
    let isAway = true;
    const store: AccuracyStore = {
      ...kept,
      async put(hours) {
        if (isAway) throw new MurmurationError('storage.failed', 'The disk is away.');
        await kept.put(hours);
      },
    };
    const live = await open(store, clock, faults);
    await predict(live, clock, 1);
    await clock.advance(2_000);
    await settled();
    expect([faults, await kept.all()]).toEqual([['keeping live accuracy'], []]);
    isAway = false;
    await clock.advance(10_000);
    await settled();
    expect(await kept.all()).toHaveLength(1);
  });

  it('writes over nothing that could not be read', async () => {
    const [kept, clock] = [accuracyIn(memoryDocuments()), new VirtualClock()];
    const first = await open(kept, clock);
    await predict(first, clock, 1, 1, 1);
    await first.close();
    const broken = new LiveMonitor(
      { horizon, positive: {} },
      {
        clock,
        store: { ...kept, all: () => Promise.reject(new MurmurationError('storage.failed', 'Away.')) },
      },
    );
    await expect(broken.open()).rejects.toMatchObject({ code: 'storage.failed' });
    await predict(broken, clock, 0);
    await broken.close();
    expect((await open(kept, clock)).of('m', '1').outcomes).toBe(3);
  });
});
