import type { EachStrategy } from '@murmuration/coordinator/strategy/strategy';
import { describe, expect, it } from 'vitest';
import type { Moment } from './kept.ts';
import { type Change, World } from './world.ts';

const masked: Change = {
  masking: { threat: 'honest-but-curious', corrupt: 0.1, dropping: 0.3 },
  cohort: { goal: 5, minimum: 3, overSelection: 1 },
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

/** A round that was published from exactly its contributors, whatever happened on the way. */
async function requireExactRound(world: World, contributors: number): Promise<void> {
  const records = await world.records();
  const [record] = records;
  expect(records).toMatchObject([{ outcome: 'published', number: 1, tally: { accepted: contributors } }]);
  const versions = await world.kept.history.versions(world.tasks[0]!.name, 9, 9);
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
  expect(world.faults).toEqual([]);
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
  ['of plain updates', plain, 4],
  ['of float32 updates', float, 4],
  ['of single updates', each, 4],
];

describe.each(kinds)('a round %s', (_, change, contributors) => {
  it('goes on after a crash right before or after any of its durable writes', async () => {
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
