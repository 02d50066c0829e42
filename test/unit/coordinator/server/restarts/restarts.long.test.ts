import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundState, Updates } from '@murmuration/rounds/round/round';
import type { SavedRound } from '@murmuration/rounds/round/store';
import type { EachStrategy } from '@murmuration/rounds/strategy/strategy';
import { describe, expect, it } from 'vitest';
import { type Moment, never } from './kept.ts';
import { type Change, World } from './world.ts';

const masked: Change = {
  masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
  cohort: { goal: 5, minimum: 3, overSelection: 1 },
};
const trusting: Change = {
  ...masked,
  masking: { threat: 'honest-but-curious', corrupt: 0.1, dropping: 0.3 },
};
const plain: Change = {};
const float: Change = { update: { kind: 'float32', clip: 1, weighting: 'uniform' } };

/** Adds single updates up, so that its models can be read as those of a sum. */
const single: EachStrategy<Record<string, never>> = {
  name: 'single',
  consumes: 'each',
  init: () => ({}),
  apply: (state, model, updates) => ({
    state,
    model: model.map(
      (value, i) => value + updates.reduce((sum, { delta }) => sum + delta[i]!, 0) / updates.length,
    ),
  }),
};
const each = { strategy: single } as Change;

/** Deadlines that nothing waits out. */
const hour = {
  gathering: '1 h',
  messages: '1 h',
  updates: '1 h',
} as const;

/** A round that was published from exactly its contributors, whatever happened on the way. */
async function requireExactRound(world: World, contributors: number): Promise<void> {
  const records = await world.records();
  const [record] = records;
  expect(records).toMatchObject([{ outcome: 'published', number: 1, tally: { accepted: contributors } }]);
  const versions = await world.kept.history.versions(world.task.name, 9, 9);
  expect(versions.map(({ number }) => number)).toEqual([1, 0]);
  expect(versions[0]).toMatchObject({ contributors, round: record!.round });
  // Each value is that of one device: in the sum once, or not at all.
  const shares = (await world.model()).map(value => Math.round(100 * value * contributors) / 100);
  const counted = shares.flatMap((share, index) => (Math.abs(share - 1) < 0.1 ? [index] : []));
  expect(counted).toHaveLength(contributors);
  for (const [index, share] of shares.entries())
    if (!counted.includes(index)) expect(Math.abs(share)).toBeLessThan(0.1);
  for (const index of world.acknowledged.get(record!.round) ?? []) expect(counted).toContain(index);
  // What a device was told once, and what it made once, does not change.
  for (const messages of world.fed.values()) expect(messages.size).toBe(1);
  expect(Math.max(...world.trainings)).toBe(1);
  expect(await world.kept.rounds.underWay()).toEqual([]);
  expect(world.current!.rounds.current?.state.phase ?? 'published').toBe('published');
  expect(world.faults).toEqual([]);
  expect(world.hasty).toEqual([]);
}

/** Runs one round in a world where the coordinator dies at the given writes. */
async function runRound(change: Change, dies: (write: number, moment: Moment) => boolean): Promise<World> {
  const world = new World(change);
  world.kept.dies = dies;
  await world.begin(5);
  await world.until(1);
  await world.clock.advance(60_000);
  return world;
}

const kinds: readonly [string, Change, number][] = [
  ['masked', masked, 5],
  ['masked against an honest-but-curious coordinator', trusting, 5],
  ['of plain updates', plain, 4],
  ['of float32 updates', float, 4],
  ['of single updates', each, 4],
];

describe.each(kinds)('a round %s', (_, change, contributors) => {
  it('RD10: goes on after a crash right before or after any of its durable writes', async () => {
    const undisturbed = await runRound(change, () => false);
    await requireExactRound(undisturbed, contributors);
    await undisturbed.close();
    const { writes } = undisturbed.kept;
    for (let write = 0; write < writes.length; write++) {
      for (const moment of ['before', 'after'] as const) {
        const world = await runRound(change, (at, when) => at === write && when === moment);
        try {
          expect(world.lives).toBe(2);
          await requireExactRound(world, contributors);
        } catch (cause) {
          const happened = world.kept.writes.join(' | ');
          throw new Error(`After a crash ${moment} write ${write} of: ${happened}`, { cause });
        }
        await world.close();
      }
    }
  });
});

/** Advances in small steps until the round is in a phase. */
async function untilPhase(world: World, phase: RoundState['phase']): Promise<void> {
  for (let step = 0; world.current?.rounds.current?.state.phase !== phase; step++) {
    if (step > 20_000) throw new Error(`The round did not come to ${phase}.`);
    await world.clock.advance(1);
  }
}

describe('a masked round', () => {
  it('goes on after two crashes, however close', async () => {
    const undisturbed = await runRound(masked, () => false);
    await undisturbed.close();
    const { length } = undisturbed.kept.writes;
    for (let write = 0; write < length; write += 2) {
      for (const distance of [1, 2, 5]) {
        const world = await runRound(
          masked,
          (at, moment) => moment === 'after' && (at === write || at === write + distance),
        );
        await requireExactRound(world, 5);
        await world.close();
      }
    }
  });

  it.each(['gathering', 'keys', 'shares', 'updates', 'agreement', 'unmasking', 'closing'] as const)(
    'goes on where its coordinator is stopped in %s and another one comes up',
    async phase => {
      const world = new World(masked);
      await world.begin(5);
      await untilPhase(world, phase);
      await world.restart();
      await world.until(1);
      expect(world.lives).toBe(2);
      await requireExactRound(world, 5);
      await world.close();
      expect(world.clock.pending).toBe(0);
    },
  );

  it('is published once where its coordinator dies while the version is made, again and again', async () => {
    const world = new World(masked);
    let deaths = 3;
    world.makeVersion =
      real =>
      async (...args) => {
        if (deaths-- <= 0) return real(...args);
        world.crash();
        return never();
      };
    await world.begin(5);
    await world.until(1);
    expect(world.lives).toBe(4);
    await requireExactRound(world, 5);
    await world.close();
  });

  it.each([
    ['keys', 4],
    ['shares', 4],
    ['updates', 4],
    ['agreement', 5],
  ] as const)(
    'goes on after a crash right after any of its writes, where a device was lost in %s and had its time to come back',
    async (phase, contributors) => {
      const losing = async (dies: (write: number) => boolean) => {
        const world = new World({ ...masked, deadlines: { ...hour, grace: '10 s' } });
        world.kept.dies = (write, moment) => moment === 'after' && dies(write);
        await world.begin(5);
        await untilPhase(world, phase);
        world.cut(4);
        await world.until(1, 1_800_000);
        await world.clock.advance(60_000);
        return world;
      };
      const undisturbed = await losing(() => false);
      await requireExactRound(undisturbed, contributors);
      await undisturbed.close();
      const { writes } = undisturbed.kept;
      expect(writes.some(name => name.includes('graced'))).toBe(true);
      // Those before it was lost are those of other tests.
      for (
        let write = writes.findLastIndex(name => name.startsWith('append keys'));
        write < writes.length;
        write++
      ) {
        const world = await losing(at => at === write);
        try {
          await requireExactRound(world, contributors);
        } catch (cause) {
          throw new Error(`After a crash after write ${write} of: ${world.kept.writes.join(' | ')}`, {
            cause,
          });
        }
        await world.close();
      }
    },
    120_000,
  );

  it('goes on with those who remained: whoever left before a restart has left after it', async () => {
    const world = new World(masked);
    await world.begin(5);
    await untilPhase(world, 'updates');
    const { rounds } = world.current!;
    const { members } = (rounds.current!.state as Updates).cohort;
    await Promise.all([rounds.current!.drop(members[0]!.device), world.clock.advance(20)]);
    world.crash();
    await world.until(1);
    await requireExactRound(world, 4);
    await world.close();
  });

  it('fails where less is left of it than its journal and its sum say', async () => {
    const world = new World(masked);
    await world.begin(5);
    await untilPhase(world, 'unmasking');
    await world.clock.advance(20);
    expect(world.fed.get(`${world.current!.rounds.current!.terms.id} survivors`)?.size).toBe(1);
    const [{ terms, checkpoint }] = (await world.kept.rounds.underWay()) as [Required<SavedRound>];
    const sum = { contributors: checkpoint!.contributors.slice(1), sum: checkpoint!.sum };
    await world.kept.rounds.checkpoint(terms.id, sum, { erase: false });
    world.crash();
    await world.until(1);
    expect(await world.records()).toMatchObject([
      { outcome: 'failed', failure: { reason: expect.stringMatching(/names 4 contributors/) } },
    ]);
    expect(world.faults).toEqual([]);
    await world.close();
  });
});

describe('a coordinator whose storage takes nothing for a while', () => {
  it.each(kinds)('finishes a round %s once it does', async (_, change, contributors) => {
    const world = new World(change);
    const full = new MurmurationError('storage.full');
    // Every third write fails, and the one that tries it again.
    world.kept.fails = write => (write % 3 !== 0 ? full : undefined);
    await world.begin(5);
    await world.until(1);
    world.faults.length = 0;
    await requireExactRound(world, contributors);
    expect(world.errors).toEqual([]);
    await world.close();
  });

  it.each(kinds)(
    'writes nothing twice %s where a write had succeeded after all',
    async (_, change, contributors) => {
      const undisturbed = await runRound(change, () => false);
      await undisturbed.close();
      // Then it goes on from what was written twice.
      for (let write = 0; write < undisturbed.kept.writes.length; write++) {
        const world = new World(change);
        world.kept.lies = at => at === write;
        const isLast = undisturbed.kept.writes[write] === 'commit';
        world.kept.dies = (at, moment) => !isLast && at === write + 2 && moment === 'before';
        await world.begin(5);
        await world.until(1);
        await world.clock.advance(10_000);
        world.faults.length = 0;
        await requireExactRound(world, contributors);
        await world.close();
      }
    },
    120_000,
  );

  it.each([
    'begin',
    'append drawn',
    'append keys',
    'append shares',
    'checkpoint',
    'append stated',
    'append agree',
    'append reveal',
    'commit',
  ])('RD10: sends nothing that follows from a failed %s before that has succeeded', async name => {
    const world = new World(masked);
    let outages = 3;
    world.kept.fails = (_, write) =>
      write.startsWith(name) && outages-- > 0 ? new MurmurationError('storage.locked') : undefined;
    await world.begin(5);
    await world.until(1);
    expect(outages).toBeLessThan(3);
    expect(world.faults).not.toEqual([]);
    world.faults.length = 0;
    await requireExactRound(world, 5);
    await world.close();
  });
});

describe('a deadline that passes while there is no coordinator', () => {
  const slow = { ...plain, cohort: { goal: 5, minimum: 3, overSelection: 1 } };

  it.each([
    [4, 'published', null],
    [2, 'failed', 'updates'],
  ] as const)(
    'counts when the next one comes up: with %i of 5 updates the round is %s',
    async (updates, outcome, during) => {
      const world = new World(slow);
      for (let index = updates; index < 5; index++) world.silent.add(index);
      await world.begin(5);
      await untilPhase(world, 'updates');
      await world.clock.advance(5_000);
      world.crash(3_600_000);
      await world.until(1, 7_200_000);
      const [record] = await world.records();
      expect(record).toMatchObject({ outcome, tally: { accepted: updates } });
      expect(record!.failure?.during ?? null).toBe(during);
      await world.close();
    },
  );
});

describe('after a restart', () => {
  it('rounds are numbered on, keep to their schedule, and those that are over say so', async () => {
    const world = new World(plain);
    await world.begin(5);
    await world.until(1);
    const [first] = await world.records();
    world.crash();
    await world.clock.advance(5_000);
    const { rounds } = world.current!;
    expect(rounds.current).toBeUndefined();
    expect(() => rounds.find(first!.round)).toThrow(expect.objectContaining({ code: 'round.closed' }));
    await world.clock.advance(5 * 3_600_000);
    expect(await world.records()).toHaveLength(1);
    await world.until(2, 4 * 3_600_000);
    expect(await world.records()).toMatchObject([{ number: 1 }, { number: 2, outcome: 'published' }]);
    await world.close();
  });

  it.each<[string, (world: World) => Promise<void> | void, RegExp]>([
    [
      'whose model is gone',
      async world => {
        await world.kept.blobs.sweep(new Set(), Number.POSITIVE_INFINITY);
      },
      /no such model version/,
    ],
    [
      'whose task has another kind of strategy now',
      world => world.become(each),
      /began under a strategy of sums/,
    ],
  ])('a round %s has failed, for that reason, and the task goes on', async (_, change, reason) => {
    const world = new World(plain);
    world.silent.add(3).add(4);
    await world.begin(5);
    await untilPhase(world, 'updates');
    await world.clock.advance(5_000);
    world.crash();
    await change(world);
    await world.clock.advance(5_000);
    expect(await world.records()).toMatchObject([
      {
        number: 1,
        outcome: 'failed',
        failure: { during: 'updates', reason: expect.stringMatching(reason) },
        tally: { cohort: 5, accepted: 2 },
      },
    ]);
    expect(await world.kept.rounds.underWay()).toEqual([]);
    await world.close();
  });

  it.each(['agreement', 'unmasking'] as const)(
    'a masked round whose model is gone has failed in %s, where it was, for that reason',
    async phase => {
      const world = new World(masked);
      await world.begin(5);
      await untilPhase(world, phase);
      await world.clock.advance(phase === 'agreement' ? 30 : 10);
      world.crash();
      await world.kept.blobs.sweep(new Set(), Number.POSITIVE_INFINITY);
      await world.clock.advance(5_000);
      expect(await world.records()).toMatchObject([
        {
          outcome: 'failed',
          failure: { during: phase, reason: expect.stringMatching(/no such model version/) },
          tally: { accepted: 5 },
        },
      ]);
      await world.close();
    },
  );
});
