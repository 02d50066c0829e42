import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import type { DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { deviceId, type Federation, layout, openFederation, valuesTask } from '../../server/federation.ts';

const privacy = { epsilon: 4, delta: 1e-5, rounds: 4, separation: 2 };
const task: Partial<TaskDefinition> = {
  update: { kind: 'ring', clip: 1, weighting: 'uniform' },
  cohort: { goal: 3, minimum: 2, overSelection: 1 },
  schedule: { every: '10 min' },
  privacy,
};

const random = seededRandom(5);

/** These devices check in; the answers. */
function checkIn(federation: Federation, devices: readonly number[]) {
  return devices.map(i => federation.checkIn(deviceId(i)));
}

/** Everybody who has an assignment of the round sends an update, and the next round's time comes. */
async function play({ channel, rounds, clock }: Federation): Promise<void> {
  await clock.advance(0);
  for (const assignment of channel.assignments.values()) {
    const { current } = rounds;
    if (current?.state.phase !== 'updates' || current.terms.id !== assignment.round) continue;
    const delta = Float32Array.of(0.1, 0, 0, 0);
    const update = prepareUpdate({ delta, examples: 9, layout }, assignment, random);
    void current.accept(assignment.assignment, update);
  }
  await clock.advance(0);
}

const nextRound = ({ clock }: Federation) => clock.advance(10 * 60_000);

/** A task under a budget that a coordinator takes over from whoever has let more devices take part than are read at once; the rest stays unread. */
async function takeOver(overSelection = 1) {
  const ledger = memoryPrivacy();
  const cohort = { goal: 3, minimum: 2, overSelection };
  const wide = { ...task, cohort, privacy: { ...privacy, rounds: 12, separation: 3 } };
  const first = await openFederation({ task: wide, ledger });
  await first.rounds.start();
  checkIn(first, [0, 1, 2]);
  // Whoever else the cohort had room for is not waited for any more.
  await first.clock.advance(10_000);
  await play(first);
  await first.rounds.suspend();
  const [budget] = await ledger.budgets(first.task.name);
  const claimOf = (step: number, contributors: readonly DeviceId[]) => ({
    budget: budget!.id,
    step,
    round: `before-${step}`.padEnd(22, '-') as RoundId,
    seed: new Uint8Array(32),
    contributors,
    oldest: 0,
  });
  const many = Array.from({ length: 11_000 }, (_, i) => deviceId(1_000 + i));
  await ledger.claim(claimOf(1, many.slice(0, 5_500)));
  await ledger.claim(claimOf(2, many.slice(5_500)));
  let isHeld = true;
  const waiting: (() => void)[] = [];
  let pages = 0;
  const later = await openFederation({
    task: wide,
    seed: 2,
    ledger: {
      ...ledger,
      async parts(...args) {
        pages += 1;
        if (isHeld && pages > 1) await new Promise<void>(resolve => waiting.push(resolve));
        return await ledger.parts(...args);
      },
    },
  });
  await later.rounds.start();
  await later.clock.advance(0);
  return {
    wide,
    ledger,
    budget: budget!,
    later,
    /** These devices check in, as the handlers of requests let them. */
    async come(devices: readonly number[]) {
      await Promise.all(devices.map(i => later.checkIns.untilKnown(deviceId(i))));
      return checkIn(later, devices).map(answer =>
        answer.decision === 'later' ? answer.reason : answer.decision,
      );
    },
    readAll() {
      isHeld = false;
      for (const goOn of waiting) goOn();
    },
  };
}

describe('rounds under a privacy budget', () => {
  it('go on at once where they are taken over, before all accounts are read, and let no device in twice', async () => {
    const { wide, ledger, budget, later, come, readAll } = await takeOver();
    const tooSoon = 'the privacy budget lets a device take part in one of 3 rounds';
    // Step 3: those of step 0 may again, those of steps 1 and 2 may not, whether or not they are in the page that was read.
    expect(await come([1_000, 6_499, 6_500, 11_999])).toEqual(Array(4).fill(tooSoon));
    expect(checkIn(later, [7_000])).toMatchObject([
      { decision: 'later', reason: /reads who has taken part/ },
    ]);
    expect(await come([0, 1, 50])).toEqual(Array(3).fill('waiting'));
    await play(later);
    expect(later.records).toMatchObject([{ outcome: 'published' }]);
    // The same ones again, at once, in the next round, and in the one after it.
    for (let round = 0; round < 2; round++) {
      expect(await come([0, 1, 50])).toEqual(Array(3).fill(tooSoon));
      await nextRound(later);
      expect(await come([0, 1, 50])).toEqual(Array(3).fill(tooSoon));
      const others = round === 0 ? [1_000, 6_499, 51] : [6_500, 11_999, 52];
      expect(await come(others)).toEqual(Array(3).fill('waiting'));
      await play(later);
    }
    expect(later.records).toMatchObject(Array(3).fill({ outcome: 'published', tally: { accepted: 3 } }));
    await nextRound(later);
    // With a part in each of two rounds that they may have.
    expect(await come([0, 1, 50])).toEqual(Array(3).fill('waiting'));
    const parts = await ledger.partsOf(budget.id, [0, 50, 1_000, 6_500].map(deviceId));
    expect([...parts.values()].map(({ parts }) => parts).sort()).toEqual([1, 2, 2, 2]);
    readAll();
    await later.clock.advance(0);
    const again = await openFederation({ task: wide, ledger });
    await again.clock.advance(0);
    for (const i of [0, 1, 50, 51, 52, 1_000, 6_499, 6_500, 11_999, 7_000, 12_500])
      expect(later.privacy.outOf(later.task, deviceId(i))).toEqual(
        again.privacy.outOf(later.task, deviceId(i)),
      );
    expect(later.privacy.out(later.task)).toBe(again.privacy.out(later.task));
    expect(later.faults).toEqual([]);
    await later.rounds.stop();
  });

  it('lose no round to a device that has checked in before the round was there in which it has a part', async () => {
    const [ledger, store] = [memoryPrivacy(), new MemoryRounds()];
    const first = await openFederation({ task, ledger, store });
    await first.rounds.start();
    checkIn(first, [0, 1, 2]);
    await first.clock.advance(0);
    const { round } = first.channel.assignments.get(deviceId(0))!;
    await first.rounds.suspend();
    const later = await openFederation({ task, ledger, store, seed: 2 });
    // Its update was counted, or it has lost what it was at; and a stranger.
    expect(checkIn(later, [0, 6])).toEqual(Array(2).fill({ decision: 'waiting' }));
    await later.rounds.resume(await store.underWay());
    expect(later.pool.devices).toEqual([deviceId(6)]);
    await later.rounds.start();
    await later.clock.advance(0);
    // The round tells it.
    expect(later.channel.assignments.get(deviceId(0))).toMatchObject({ round });
    for (const i of [1, 2]) later.connect(deviceId(i));
    await play(later);
    await nextRound(later);
    checkIn(later, [7, 8]);
    await play(later);
    expect(later.records).toMatchObject(Array(2).fill({ outcome: 'published', tally: { accepted: 3 } }));
    await later.rounds.stop();
  });

  it('waits no longer for devices that may not come once all accounts are read', async () => {
    const { later, come, readAll } = await takeOver(1.34);
    // All that there are but three have taken part in the last two steps.
    later.enrolled.devices = 11_003;
    expect(await come([0, 1, 2])).toEqual(Array(3).fill('waiting'));
    readAll();
    await later.clock.advance(0);
    expect(later.privacy.out(later.task)).toBe(11_000);
    expect(later.rounds.current!.state.phase).toBe('gathering');
    await later.clock.advance(5_000);
    expect(later.rounds.current!.state.phase).toBe('updates');
    await later.rounds.stop();
  });

  it('know after each round what a coordinator that starts now reads', async () => {
    const ledger = memoryPrivacy();
    const federation = await openFederation({ task, ledger });
    await federation.rounds.start();
    for (let round = 0; round < 3; round++) {
      checkIn(federation, round % 2 === 0 ? [0, 1, 2] : [3, 4]);
      await play(federation);
      const later = await openFederation({ task, ledger });
      for (const i of [0, 1, 2, 3, 4, 5])
        expect(federation.privacy.outOf(federation.task, deviceId(i))).toEqual(
          later.privacy.outOf(later.task, deviceId(i)),
        );
      expect(federation.privacy.out(federation.task)).toBe(later.privacy.out(later.task));
      expect(federation.privacy.statusOf(federation.task)).toEqual(later.privacy.statusOf(later.task));
      await nextRound(federation);
    }
    expect(federation.records).toHaveLength(3);
    await federation.rounds.stop();
  });

  it('leave devices out that had a part in the step before, and tell them when to come back', async () => {
    const federation = await openFederation({ task });
    await federation.rounds.start();
    expect(checkIn(federation, [0, 1, 2])).toEqual(Array(3).fill({ decision: 'waiting' }));
    await play(federation);
    await nextRound(federation);
    const [too, soon, fresh] = checkIn(federation, [0, 1, 3]);
    expect([too, soon]).toEqual(
      Array(2).fill({
        decision: 'later',
        after: 600_000,
        reason: 'the privacy budget lets a device take part in one of 2 rounds',
      }),
    );
    expect(fresh).toEqual({ decision: 'waiting' });
    checkIn(federation, [4, 5]);
    await play(federation);
    await nextRound(federation);
    expect(checkIn(federation, [0, 1, 2])).toEqual(Array(3).fill({ decision: 'waiting' }));
    await play(federation);
    expect(federation.records.map(({ outcome }) => outcome)).toEqual(['published', 'published', 'published']);
    await federation.rounds.stop();
    expect(federation.faults).toEqual([]);
  });

  it('tell devices their step, and take none for a round that fails', async () => {
    const federation = await openFederation({ task });
    await federation.rounds.start();
    checkIn(federation, [0, 1, 2]);
    await federation.clock.advance(0);
    const first = federation.channel.assignments.get(deviceId(0))!;
    await nextRound(federation);
    expect(federation.records).toMatchObject([{ outcome: 'failed' }]);
    // Nothing was released, so whoever trained may again.
    checkIn(federation, [0, 1, 2]);
    await federation.clock.advance(0);
    const second = federation.channel.assignments.get(deviceId(0))!;
    expect(first.plan.privacy).toMatchObject({ step: 0, separation: 2, participations: 2, epsilon: 4 });
    expect(second.plan.privacy).toEqual(first.plan.privacy);
    await play(federation);
    expect((await federation.history.head(federation.task.name))?.version.privacy?.step).toBe(0);
    await federation.rounds.stop();
  });

  it('end when the budget is spent, until there is another, also after a restart', async () => {
    const ledger = memoryPrivacy();
    const federation = await openFederation({ task, ledger });
    await federation.rounds.start();
    for (let round = 0; round < 4; round++) {
      checkIn(federation, round % 2 === 0 ? [0, 1, 2] : [3, 4, 5]);
      await play(federation);
      await nextRound(federation);
    }
    expect(federation.records).toHaveLength(4);
    expect(federation.rounds.isSpent).toBe(true);
    expect(federation.clock.pending).toBe(0);
    expect(() => federation.rounds.beginNow()).toThrow('privacy.spent');
    expect(checkIn(federation, [6])).toMatchObject([{ decision: 'later' }]);
    const versions = await federation.history.versions(federation.task.name, 99, 9);
    expect(versions.map(({ privacy }) => privacy?.step)).toEqual([3, 2, 1, 0, undefined]);
    const { statement } = versions[0]!.privacy!;
    expect(statement.holds && statement.epsilon).toBeCloseTo(4, 6);

    const later = await openFederation({ task, ledger, seed: 2 });
    await later.rounds.start();
    await later.clock.advance(0);
    expect(later.rounds.isSpent).toBe(true);
    later.rounds.adjust(valuesTask({ ...task, privacy: { ...privacy, epsilon: 8 } }));
    await later.clock.advance(0);
    checkIn(later, [0, 1, 2]);
    await play(later);
    expect(later.records).toMatchObject([{ outcome: 'published' }]);
    const head = await later.history.head(later.task.name);
    const after = head!.version.privacy!.statement;
    expect(after.holds && after.epsilon).toBeGreaterThan(4);
    await later.rounds.stop();
  });

  it('do not begin where too few devices are enrolled, and say how many it takes', async () => {
    const federation = await openFederation({ task });
    federation.enrolled.devices = 3;
    await federation.rounds.start();
    checkIn(federation, [0, 1, 2]);
    await federation.clock.advance(0);
    expect(federation.rounds.current).toBeUndefined();
    expect(federation.faults).toEqual([]);
    expect(federation.privacy.missing(federation.task)).toBe(1);
    await expect(federation.privacy.next(federation.task, false, 4)).rejects.toMatchObject({
      code: 'privacy.too-few-devices',
      detail: expect.stringContaining(
        'The privacy budget of values needs 1 more enrolled devices: 2 in a round, each in one of 2 rounds and 2 times in 4.',
      ),
    });
    federation.enrolled.devices = 4;
    await federation.clock.advance(10_000);
    expect(federation.rounds.current?.state.phase).toBe('updates');
    await federation.rounds.stop();
  });
});
