import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { Verdicts } from '@murmuration/client-sdk/hybrid/verdicts';
import { memoryStorage, nodePlatform } from '@murmuration/client-sdk/node';
import type { Coordinator } from '@murmuration/coordinator/assembly/main';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { inGroups } from '@murmuration/rounds/strategy/in-groups';
import { trimmedMean } from '@murmuration/rounds/strategy/trimmed-mean';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import type { LossPhase } from '@murmuration/simulations/behaviour/losses';
import { afterEach, describe, expect, test } from 'vitest';
import { hurriedClock } from '../hurried-clock.ts';
import { serving, TableInference } from '../unit/client-sdk/hybrid/scene.ts';
import { lineClient, lineOptions, openCoordinator, startedByAll } from './line.ts';
import { losingLineClient } from './losing-line.ts';

const masking = { threat: 'malicious', corrupt: 0.1, dropping: 0.3 } as const;
const cohort = { goal: 6, minimum: 4, overSelection: 1 } as const;
/** Devices pause between rounds. */
const hurried = hurriedClock(10);
const limit = '10 min';
const deadlines = {
  gathering: limit,
  messages: limit,
  updates: limit,
};

let cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.reverse()) await clean();
  cleanUp = [];
});

async function open(change: Partial<TaskDefinition> = {}, clock: Clock = hurried): Promise<Coordinator> {
  const task = { masking, cohort, deadlines, ...change };
  const coordinator = await openCoordinator(task as Partial<TaskDefinition>, [], clock);
  cleanUp.push(() => coordinator.stop());
  return startedByAll(coordinator, task.cohort.goal!);
}

/** Runs one round on a clock that jumps to the deadline of phase `at` once all but the `silent` devices have answered. */
async function roundWithout(
  silent: number,
  at: LossPhase,
  coordinator: Coordinator,
  clock: VirtualClock,
): Promise<RoundRecord> {
  const ended = rounds(coordinator, 1);
  coordinator.events.on('round', state => {
    if (state.phase !== at || !('cohort' in state) || state.cohort.count.working !== silent) return;
    void clock.advance(state.quorum.deadline - clock.now());
  });
  await coordinator.start();
  await clock.advance(1);
  return (await ended)[0]!;
}

function join(client: { start(): Promise<void>; stop(): Promise<void> }): Promise<void> {
  cleanUp.push(() => client.stop());
  return client.start();
}

/** The records of the first `count` rounds that end. */
function rounds(coordinator: Coordinator, count: number): Promise<RoundRecord[]> {
  const records: RoundRecord[] = [];
  return new Promise(resolve => {
    coordinator.events.on('round-ended', record => {
      if (records.push(record) === count) resolve(records);
    });
  });
}

describe('masked rounds over real sockets', () => {
  test('SA10: the masks come off the sum, and the model learns from it', async () => {
    const coordinator = await open();
    for (let index = 0; index < 6; index++)
      await join(lineClient(coordinator.url, index, undefined, hurried));
    const ended = rounds(coordinator, 3);
    await coordinator.start();
    expect((await ended).map(({ outcome, tally }) => [outcome, tally.accepted])).toEqual(
      Array.from({ length: 3 }, () => ['published', 6]),
    );
  });

  test('GR1 GR2: devices in groups of one round learn with masks, and know nothing of groups', async () => {
    const coordinator = await open({
      masking: { ...masking, groups: 3, smallestGroup: 3 },
      strategy: inGroups(trimmedMean({ trim: 0.34 })),
      cohort: { goal: 12, minimum: 9, overSelection: 1 },
    });
    for (let index = 0; index < 12; index++)
      await join(lineClient(coordinator.url, index, undefined, hurried));
    const ended = rounds(coordinator, 2);
    await coordinator.start();
    for (const { outcome, tally, groups } of await ended) {
      expect([outcome, tally.accepted]).toEqual(['published', 12]);
      expect(groups!.map(({ devices, contributors }) => [devices, contributors])).toEqual([
        [4, 4],
        [4, 4],
        [4, 4],
      ]);
    }
  });

  test('RD11 QU6: what devices say of a version is counted from the sum alone, each device once', async () => {
    const coordinator = await open();
    const models = async () => (await (await fetch(`${coordinator.url}/v1/tasks/line/models`)).json()).models;
    const [{ model: first }] = await models();
    for (let index = 0; index < 6; index++) {
      const storage = memoryStorage();
      if (index > 0)
        await new Verdicts(storage, 'line' as TaskName).add(first, index > 4 ? 'refused' : 'kept');
      const options = lineOptions(coordinator.url, index, storage);
      const line = { ...options.tasks.line!, hybrid: { serving, inference: new TableInference() } };
      await join(new PlatformClient({ ...options, tasks: { line } }, { ...nodePlatform, clock: hurried }));
    }
    const ended = rounds(coordinator, 3);
    await coordinator.start();
    expect((await ended).map(({ outcome }) => outcome)).toEqual(['published', 'published', 'published']);
    // The second round is the first that has a version before the one that it trains from.
    expect((await models()).find(({ model }: { model: string }) => model === first).verdicts).toEqual({
      kept: 4,
      refused: 1,
    });
  });

  test.each<[LossPhase, Partial<RoundRecord['tally']>]>([
    ['keys', { accepted: 5, late: 1 }],
    ['shares', { accepted: 5, late: 1 }],
    ['updates', { accepted: 5, late: 1 }],
    ['agreement', { accepted: 6, late: 0 }],
    ['unmasking', { accepted: 6, late: 0 }],
  ])('SA15: a device that falls silent at %s is survived', async (at, tally) => {
    const clock = new VirtualClock(systemClock.now());
    const coordinator = await open({}, clock);
    for (let index = 0; index < 5; index++) await join(lineClient(coordinator.url, index));
    await join(losingLineClient(coordinator.url, 5, at));
    expect(await roundWithout(1, at, coordinator, clock)).toMatchObject({ outcome: 'published', tally });
  });

  test('SA15: with too many silent at unmasking the round fails, and the model stays as it was', async () => {
    const clock = new VirtualClock(systemClock.now());
    const coordinator = await open({}, clock);
    for (let index = 0; index < 2; index++) await join(lineClient(coordinator.url, index));
    for (let index = 2; index < 6; index++) await join(losingLineClient(coordinator.url, index, 'unmasking'));
    expect(await roundWithout(4, 'unmasking', coordinator, clock)).toMatchObject({
      outcome: 'failed',
      model: null,
      failure: { during: 'unmasking' },
    });
    const { models } = await (await fetch(`${coordinator.url}/v1/tasks/line/models`)).json();
    expect(models).toHaveLength(1);
  });

  test('a device whose app asks for masking takes no part in a plain round', async () => {
    const coordinator = await open({ masking: 'off' } as Partial<TaskDefinition>, systemClock);
    for (let index = 0; index < 5; index++) await join(lineClient(coordinator.url, index));
    const careful = losingLineClient(coordinator.url, 5, 'keys', { masking: 'malicious' });
    const refused = new Promise(resolve => careful.on('error', error => resolve(error.code)));
    await join(careful);
    const ended = rounds(coordinator, 1);
    await coordinator.start();
    expect(await refused).toBe('plan.below-floor');
    const [record] = await ended;
    expect(record).toMatchObject({ outcome: 'published', tally: { accepted: 5, lost: 1 } });
  });
});
