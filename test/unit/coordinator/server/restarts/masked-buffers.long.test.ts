import { loadBufferedPart } from '@murmuration/client-sdk/session/loads';
import { stalenessWeight } from '@murmuration/protocol/weights/staleness';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Moment } from './kept.ts';
import { type Change, World } from './world.ts';

// What devices load when they first need it is there from the beginning.
beforeAll(loadBufferedPart);

const devices = 7;
const maxStaleness = 3;
const goal = 4;

/** Three train at a time, so that updates are of several versions. */
const change: Change = {
  masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
  cohort: { mode: 'asynchronous', goal, minimum: 3, overSelection: 1, concurrency: 3, maxStaleness },
  schedule: { every: '0 s' },
};

const weights = Array.from({ length: maxStaleness + 1 }, (_, staleness) => stalenessWeight(staleness));

/** Each version is made of whole updates, each weighed by its staleness and once in it; returns how often each device counted, and the weights seen. */
async function requireExactVersions(world: World) {
  const versions = [...(await world.kept.history.versions(world.task.name, 1e9, 1e9))].reverse();
  expect(versions.map(({ number }) => number)).toEqual(versions.map((_, i) => i));
  const times = Array.from({ length: devices }, () => 0);
  const seen = new Set<number>();
  let before = await world.model(versions[0]!.model);
  for (const [i, { model, contributors, parent }] of versions.entries()) {
    if (i === 0) continue;
    expect(parent).toBe(versions[i - 1]!.model);
    expect(contributors).toBeGreaterThanOrEqual(3);
    const after = await world.model(model);
    const parts = after.map((value, device) => (value - before[device]!) * contributors);
    const counted = parts.flatMap((part, device) => (Math.abs(part) > 0.1 ? [device] : []));
    expect(counted).toHaveLength(contributors);
    for (const device of counted) {
      times[device]! += 1;
      const nearest = weights.toSorted(
        (a, b) => Math.abs(a - parts[device]!) - Math.abs(b - parts[device]!),
      )[0]!;
      expect(Math.abs(nearest - parts[device]!)).toBeLessThan(0.02);
      seen.add(nearest);
    }
    before = after;
  }
  return { times, seen };
}

/** What holds whatever happened: nothing counts twice, and what was acknowledged counts where its buffer made a version. */
async function requireExact(world: World): Promise<Set<number>> {
  const { times, seen } = await requireExactVersions(world);
  const records = await world.records();
  const published = new Set(
    records.flatMap(({ outcome, round }) => (outcome === 'published' ? [round] : [])),
  );
  for (const [device, count] of times.entries()) {
    expect(count).toBeLessThanOrEqual(world.trainings[device]!);
    const acknowledged = [...world.acknowledged].filter(
      ([round, those]) => published.has(round) && those.has(device),
    );
    expect(count).toBeGreaterThanOrEqual(acknowledged.length);
  }
  expect(records.map(({ outcome }) => outcome)).not.toContain('failed');
  for (const messages of world.fed.values()) expect(messages.size).toBe(1);
  expect(world.faults).toEqual([]);
  expect(world.hasty).toEqual([]);
  return seen;
}

async function run(
  dies: (write: number, moment: Moment) => boolean = () => false,
  versions = 3,
): Promise<World> {
  const world = new World(change);
  world.kept.dies = dies;
  await world.begin(devices);
  await world.until(versions);
  await world.clock.advance(3_000);
  return world;
}

describe('an asynchronous task that masks', () => {
  it('RD23: makes versions of updates from several versions, each times the weight of its own', async () => {
    const world = await run(undefined, 8);
    const seen = await requireExact(world);
    expect(seen.size).toBeGreaterThan(1);
    await world.close();
  });

  it('RD10: goes on after a crash right before or after a durable write of a buffer', async () => {
    const undisturbed = await run();
    await undisturbed.close();
    const commits = undisturbed.kept.writes.flatMap((name, write) => (name === 'commit' ? [write] : []));
    for (let write = commits[0]!; write <= commits[1]!; write += 2) {
      const moment = write % 4 < 2 ? 'before' : 'after';
      const world = await run((at, when) => at === write && when === moment, 2);
      try {
        expect(world.lives).toBe(2);
        await requireExact(world);
      } catch (cause) {
        const happened = world.kept.writes.join(' | ');
        throw new Error(`After a crash ${moment} write ${write} of: ${happened}`, { cause });
      }
      await world.close();
    }
  });

  it('is stopped and started again without a trace', async () => {
    const world = await run();
    const before = (await world.records()).length;
    await world.restart();
    await world.until(before + 3);
    expect(world.lives).toBe(2);
    await requireExact(world);
    await world.close();
    expect(world.clock.pending).toBe(0);
  });
});
