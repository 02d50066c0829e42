import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { stalenessWeight } from '@murmuration/protocol/weights/staleness';
import { describe, expect, it } from 'vitest';
import type { Moment } from './kept.ts';
import { type Change, World } from './world.ts';

const maxStaleness = 2;
const devices = 6;

/** Buffers of an even and of an odd number of updates: of unmasked ones no checkpoint adds one alone. */
const kinds: readonly [string, Change, number][] = [
  ['two', { cohort: { mode: 'asynchronous', goal: 2, concurrency: 4, maxStaleness } }, 2],
  ['three', { cohort: { mode: 'asynchronous', goal: 3, concurrency: 5, maxStaleness } }, 3],
];

const weights = Array.from({ length: maxStaleness + 1 }, (_, staleness) => stalenessWeight(staleness));

/** How often each device counted in published versions, each of which is made of whole updates that count once in it. */
async function requireExactVersions(world: World, goal: number): Promise<number[]> {
  const versions = [...(await world.kept.history.versions(world.task.name, 1e9, 1e9))].reverse();
  expect(versions.map(({ number }) => number)).toEqual(versions.map((_, i) => i));
  const times = Array.from({ length: devices }, () => 0);
  let before = await world.model(versions[0]!.model);
  for (const { model, contributors, parent } of versions.slice(1)) {
    expect(parent).toBe(versions[versions.findIndex(each => each.model === model) - 1]!.model);
    // One whose update was not acknowledged may be missing after a crash; more come while the buffer before still closes.
    expect(contributors).toBeGreaterThanOrEqual(Math.max(2, goal - 1));
    expect(contributors).toBeLessThanOrEqual(devices);
    const after = await world.model(model);
    const parts = after.map((value, i) => (value - before[i]!) * contributors);
    const counted = parts.flatMap((part, device) => (Math.abs(part) > 0.05 ? [device] : []));
    expect(counted).toHaveLength(contributors);
    for (const device of counted) {
      times[device]! += 1;
      expect(Math.min(...weights.map(weight => Math.abs(weight - parts[device]!)))).toBeLessThan(0.02);
    }
    before = after;
  }
  return times;
}

/** What holds whatever happened: nothing counts twice, and nothing is lost that was acknowledged. */
async function requireExact(world: World, goal: number): Promise<void> {
  const times = await requireExactVersions(world, goal);
  const acknowledged = Array.from(
    { length: devices },
    (_, device) => [...world.acknowledged.values()].filter(indices => indices.has(device)).length,
  );
  // The newest buffer has those of whom no version tells yet.
  const open = (await world.kept.rounds.underWay()).flatMap(
    ({ checkpoint }) => checkpoint?.contributors ?? [],
  );
  expect(times.reduce((a, b) => a + b, 0) + open.length).toBeGreaterThanOrEqual(
    acknowledged.reduce((a, b) => a + b, 0),
  );
  for (const [device, count] of times.entries()) expect(count).toBeLessThanOrEqual(world.trainings[device]!);
  expect((await world.records()).map(({ outcome }) => outcome)).not.toContain('failed');
  expect(world.faults).toEqual([]);
  expect(world.hasty).toEqual([]);
}

async function run(
  change: Change,
  dies: (write: number, moment: Moment) => boolean = () => false,
  versions = 3,
): Promise<World> {
  const world = new World({ schedule: { every: '0 s' }, ...change });
  world.kept.dies = dies;
  await world.begin(devices);
  await world.until(versions);
  expect((await world.records()).length).toBeGreaterThanOrEqual(versions);
  // Who comes up after a crash has something to do.
  await world.clock.advance(3_000);
  return world;
}

describe.each(kinds)('an asynchronous task with buffers of %s updates', (_, change, goal) => {
  it('RD10: goes on after a crash right before or after any durable write, and carries open assignments over', async () => {
    const undisturbed = await run(change);
    await requireExact(undisturbed, goal);
    await undisturbed.close();
    const commits = undisturbed.kept.writes.flatMap((name, write) => (name === 'commit' ? [write] : []));
    for (let write = 0; write <= commits[2]!; write++)
      for (const moment of ['before', 'after'] as const) {
        const world = await run(change, (at, when) => at === write && when === moment);
        try {
          expect(world.lives).toBe(2);
          await requireExact(world, goal);
        } catch (cause) {
          const happened = world.kept.writes.join(' | ');
          throw new Error(`After a crash ${moment} write ${write} of: ${happened}`, { cause });
        }
        await world.close();
      }
  });

  it('goes on after two crashes, however close', async () => {
    for (let write = 2; write < 16; write += 3)
      for (const distance of [1, 2, 5]) {
        const world = await run(
          change,
          (at, moment) => moment === 'after' && (at === write || at === write + distance),
        );
        await requireExact(world, goal);
        await world.close();
      }
  });

  it('is exact where writes fail, or had succeeded after all', async () => {
    for (let write = 0; write < 12; write++) {
      const world = new World({ schedule: { every: '0 s' }, ...change });
      world.kept.lies = at => at === write;
      world.kept.fails = at =>
        at > 14 && at < 24 && at % 3 !== 0 ? new MurmurationError('storage.locked') : undefined;
      await world.begin(devices);
      await world.until(4);
      world.faults.length = 0;
      await requireExact(world, goal);
      await world.close();
    }
  });

  it('is stopped and started again without a trace', async () => {
    const world = await run(change);
    const before = (await world.records()).length;
    await world.restart();
    await world.until(before + 3);
    expect(world.lives).toBe(2);
    await requireExact(world, goal);
    await world.close();
    expect(world.clock.pending).toBe(0);
  });
});

describe('where the storage takes some writes and not others', () => {
  /** A task whose writes of that name fail for a while, from the second of them on; then its coordinator dies. */
  async function outage(name: string, goal: 0 | 1): Promise<World> {
    const [, change] = kinds[goal]!;
    const world = new World({ schedule: { every: '0 s' }, ...change });
    let isOut = true;
    const least = name === 'begin' ? 1 : 0;
    let seen = 0;
    world.kept.fails = (_, write) =>
      write.startsWith(name) && isOut && seen++ >= least ? new MurmurationError('storage.full') : undefined;
    await world.begin(devices);
    await world.clock.advance(5_000);
    expect(await world.records()).toEqual([]);
    expect(await world.kept.rounds.underWay()).toHaveLength(1);
    isOut = false;
    world.crash();
    await world.until(3);
    world.faults.length = 0;
    return world;
  }

  it.each(kinds.map(([name, , goal], i) => [name, goal, i as 0 | 1] as const))(
    'no buffer begins before the sum of the one before is durable: of %s updates',
    async (_, goal, kind) => {
      const world = await outage('checkpoint', kind);
      await requireExact(world, goal);
      await world.close();
    },
  );

  it.each(kinds.map(([name, , goal], i) => [name, goal, i as 0 | 1] as const))(
    'no buffer is over before the next one has its open assignments: of %s updates',
    async (_, goal, kind) => {
      const world = await outage('begin', kind);
      await requireExact(world, goal);
      await world.close();
    },
  );
});

it('a buffer that was under way when a task became synchronous has failed, for that reason', async () => {
  const [, change] = kinds[1]!;
  const world = new World({ schedule: { every: '0 s' }, ...change });
  for (let device = 2; device < devices; device++) world.silent.add(device);
  await world.begin(devices);
  await world.clock.advance(5_000);
  world.crash();
  world.become({});
  await world.clock.advance(5_000);
  expect(await world.records()).toMatchObject([
    {
      outcome: 'failed',
      failure: { reason: expect.stringContaining('synchronous now') },
      tally: { accepted: 2 },
    },
  ]);
  await world.close();
});
