import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { TrainingRun } from '@murmuration/rounds/events/training-run';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { type CentralOptions, central } from '@murmuration/rounds/task/central';
import { type CentralTaskDefinition, defineTask } from '@murmuration/rounds/task/define-task';
import { newExamples } from '@murmuration/rounds/task/retrain/triggers';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { afterEach, describe, expect, it } from 'vitest';
import type { CentralData } from './central-line.ts';
import { enrolmentToken, eventOf, lineClient, lineTask } from './line.ts';

const task = 'central' as TaskName;
const module = new URL('./central-line.ts', import.meta.url);
const from = (data: CentralData, more: Partial<CentralOptions> = {}) =>
  central({ examples: module, data, ...more });

/** How far a model is from the line, mean squared over [−1, 1]. */
const evaluation = {
  async evaluate({ weights: [slope = 0, offset = 0] }: { readonly weights: Float32Array }) {
    return { loss: (slope - 2) ** 2 / 3 + (offset - 1) ** 2 };
  },
  async close() {},
};

function centralTask(change: Partial<CentralTaskDefinition> = {}) {
  return defineTask({
    name: task,
    model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }),
    plan: { learningRate: 0.1, epochs: 2, batchSize: 4, maxExamples: 100 },
    schedule: { every: '0 s' },
    evaluation,
    training: from({ points: 40 }),
    ...change,
  });
}

let coordinator: Coordinator;
let storage: Stores;
let cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.reverse()) await clean();
  cleanUp = [];
});

async function open(
  tasks: ReturnType<typeof defineTask>[],
  clock: Clock = systemClock,
  kept?: Stores,
): Promise<void> {
  storage = kept ?? { ...(await openStorage(undefined, clock)), durable: true };
  const config = parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken] });
  coordinator = await createCoordinator(config, tasks, { clock, random: systemRandom, storage });
  const opened = coordinator;
  cleanUp.push(() => opened.stop());
}

const ended = (wanted: (record: RoundRecord) => boolean = () => true) =>
  eventOf<[RoundRecord]>(coordinator.events, 'round-ended', wanted);

describe('a task that is trained on the examples of the coordinator', () => {
  it('gets better with each version of its runs, and asks no device', async () => {
    await open([centralTask({ retrain: { until: { metric: 'loss', target: 1e-3 } } })]);
    await coordinator.start();
    const decisions: string[] = [];
    coordinator.events.on('checked-in', (_, __, decision) => decisions.push(decision));
    const client = lineClient(coordinator.url, 0);
    cleanUp.push(() => client.stop());
    const over = eventOf<[TrainingRun]>(coordinator.events, 'run-ended');
    const run = await coordinator.runs.begin(task, 'Ann', '');
    const [{ ending, rounds, failed }] = await over;
    expect([ending?.reason, failed]).toEqual(['target', 0]);
    const versions = (await storage.history.versions(task, 999, 999)).toReversed();
    expect(versions.length).toBe(rounds + 1);
    const losses = versions.map(({ metrics }) => metrics!.loss!);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    expect(losses.at(-1)).toBeLessThan(1e-3);
    for (const [i, version] of versions.slice(1).entries())
      expect(version).toMatchObject({
        number: i + 1,
        parent: versions[i]!.model,
        strategy: 'central',
        contributors: 0,
        run: run.id,
        round: (await storage.history.round(task, i + 1))!.round,
      });
    expect(decisions).toEqual([]);
  });

  it('tells a device that asks to come back much later', async () => {
    await open([centralTask({ name: 'line', retrain: { until: { rounds: 1 } } })]);
    await coordinator.start();
    const asked = eventOf<[string, string, string]>(coordinator.events, 'checked-in');
    const client = lineClient(coordinator.url, 0);
    const waits = new Promise<{ after: number; reason?: string }>(resolve =>
      client.on('wait', wait => resolve(wait as never)),
    );
    cleanUp.push(() => client.stop());
    await client.start();
    expect((await asked)[2]).toBe('later');
    expect(await waits).toMatchObject({ reason: 'the coordinator trains this model itself' });
  });

  it('goes on after a restart from the version that was made last', async () => {
    const retrain = { until: { rounds: 6 } };
    await open([centralTask({ retrain })]);
    await coordinator.start();
    const third = ended(({ number }) => number === 3);
    await coordinator.runs.begin(task, 'Ann', '');
    await third;
    await coordinator.stop();
    const made = (await storage.history.versions(task, 999, 999)).length - 1;
    expect(made).toBeGreaterThanOrEqual(3);
    await open([centralTask({ retrain })], systemClock, storage);
    const over = eventOf<[TrainingRun]>(coordinator.events, 'run-ended');
    await coordinator.start();
    expect((await over)[0]).toMatchObject({ number: 1, rounds: 6, failed: 0 });
    const versions = await storage.history.versions(task, 999, 999);
    expect(versions.map(({ number }) => number)).toEqual([6, 5, 4, 3, 2, 1, 0]);
    expect(new Set(versions.slice(0, 6).map(({ run }) => run)).size).toBe(1);
  });

  it('fails with what the module says, is tried again after a while, and disturbs nobody', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1));
    await open([centralTask({ training: from({ points: 1, fault: 'fails' }) }), lineTask()], clock);
    await coordinator.start();
    const first = ended(record => record.task === task);
    await clock.advance(0);
    const [record] = await first;
    expect(record).toMatchObject({
      outcome: 'failed',
      failure: { reason: expect.stringContaining('The table is locked.') },
    });
    const other = ended(({ task: name }) => name === 'line');
    const second = ended(({ task: name, number }) => name === task && number === 2);
    await clock.advance(9_000);
    expect((await other)[0].failure).toMatchObject({ during: 'gathering' });
    expect(await storage.history.round(task, 2)).toBeUndefined();
    await clock.advance(1_000);
    expect((await second)[0].startedAt - record.endedAt).toBe(10_000);
  });

  it('ends a round at an operator’s word, whatever it is in the middle of', async () => {
    await open([centralTask({ training: from({ points: 1, fault: 'hangs' }), schedule: { every: '1 h' } })]);
    const over = ended();
    await coordinator.start();
    await new Promise<void>(resolve => {
      const ask = () =>
        coordinator.control.abort(task, 'Ann ended it.').then(resolve, () => void setImmediate(ask));
      ask();
    });
    expect((await over)[0].failure).toMatchObject({ reason: 'Ann ended it.', endedBy: 'operator' });
  });

  it('trains again once there are so many new examples', async () => {
    const counted = new SharedArrayBuffer(4);
    const total = new Int32Array(counted);
    total[0] = 1_000;
    const clock = new VirtualClock(Date.UTC(2026, 0, 1));
    const training = from({ points: 40, counted }, { counted: '1 min' });
    await open(
      [centralTask({ training, retrain: { when: [newExamples(500)], until: { rounds: 1 } } })],
      clock,
    );
    const pass = async (ms: number) => {
      const before = await storage.runs.state(task);
      await clock.advance(ms);
      // The module counts on a thread of its own.
      for (;;) {
        const after = await storage.runs.state(task);
        if (after && JSON.stringify(after) !== JSON.stringify(before)) return after;
        await new Promise(resolve => setImmediate(resolve));
      }
    };
    await coordinator.start();
    expect((await pass(0)).runs).toBe(0);
    total[0] = 1_499;
    expect((await pass(60_000)).runs).toBe(0);
    total[0] = 1_500;
    const over = eventOf<[TrainingRun]>(coordinator.events, 'run-ended');
    expect((await pass(60_000)).runs).toBe(1);
    await clock.advance(0);
    expect((await over)[0].why).toMatchObject({
      trigger: 'new-examples',
      reason: 'There are 500 new examples; 500 are enough.',
    });
  });
});

describe('a task whose first versions are trained on the examples of the coordinator', () => {
  it('is trained by devices from then on', async () => {
    await open([lineTask({ training: from({ points: 40 }, { versions: 2 }) })]);
    const clients = [0, 1, 2, 3].map(index => lineClient(coordinator.url, index));
    cleanUp.push(async () => void (await Promise.all(clients.map(client => client.stop()))));
    const third = ended(({ number }) => number === 3);
    await coordinator.start();
    await ended(({ number }) => number === 2);
    for (const client of clients) await client.start();
    expect((await third)[0]).toMatchObject({ outcome: 'published', tally: { accepted: expect.any(Number) } });
    const versions = await storage.history.versions('line' as TaskName, 4, 4);
    expect(versions.map(({ strategy, contributors }) => [strategy, contributors > 0])).toEqual([
      ['fedAvg', true],
      ['central', false],
      ['central', false],
      ['fedAvg', false],
    ]);
    expect(versions[0]!.parent).toBe(versions[1]!.model);
  });
});
