import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settled } from '@murmuration/protocol/time/virtual-clock';
import { gateName } from '@murmuration/rounds/promotion/version-aliases';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { afterEach, describe, expect, it } from 'vitest';
import { uniform } from '../../monitoring/uniform.ts';
import { gated, name, openGated } from './gated-task.ts';

const gate = { better: 'top1', test: 'none' } as const;
const accuracy = { metric: 'accuracy' } as const;

type World = Awaited<ReturnType<typeof openGated>>;

/** Of so many outcomes, a share that the model got right. */
function judge(world: World, version: number, n: number, right: number, seed = 1): void {
  const random = uniform(seed);
  for (let each = 0; each < n; each++)
    world.watcher.judged(name, String(version), {
      kind: 'class',
      guesses: ['spam'],
      outcome: random() < right ? 'spam' : 'ham',
    });
}

/** A task whose version 1 was promoted, after version 0 was right in nine of ten predictions. */
async function promoted(watch: TaskDefinition['watch'], folder?: string): Promise<World> {
  const world = await openGated(gate, { watch, ...(folder !== undefined && { folder }) });
  judge(world, 0, 1_000, 0.9);
  await world.publish({ top1: 0.6 });
  expect([world.champion(), world.watcher.of(name)?.to.number]).toEqual([1, 1]);
  return world;
}

async function look(world: World): Promise<void> {
  await world.clock.advance(2_000);
  await world.watcher.look();
  await settled();
  await world.gates.settled();
}

describe('a version that was promoted', () => {
  it('is taken back once it is right less often than the one before, and never comes back by itself', async () => {
    const world = await promoted(accuracy);
    judge(world, 1, 200, 0.6);
    await look(world);
    expect([world.champion(), world.aliases()]).toEqual([0, { champion: 0 }]);
    const { base, champion } = world.versionAliases.of(name);
    expect([base.number, champion.heldBy, champion.pinned?.setBy]).toEqual([0, null, gateName]);
    const decision = await world.decision(1);
    expect(decision?.rolledBack?.reason).toMatch(
      /^The share of wrong predictions went from 0\.096 of 1000 to 0\.42 of 200/,
    );
    const entries = await world.storage.audit.list(Number.MAX_SAFE_INTEGER, 1);
    expect(entries[0]).toMatchObject({
      actor: { id: 'watch' },
      action: 'version.rollback',
      subject: 'line@0',
      changes: [
        { field: 'champion', from: 1, to: 0 },
        { field: 'accuracy', from: expect.any(Number), to: expect.any(Number) },
      ],
    });
    // However long it goes on, and however good it looks.
    judge(world, 0, 500, 0.2);
    for (let hour = 0; hour < 10; hour++) await look(world);
    expect([world.champion(), world.watcher.of(name)]).toEqual([0, undefined]);
    // The next one is judged as ever, and watched against what is served.
    await world.publish({ top1: 0.7 });
    expect([world.champion(), world.watcher.of(name)?.from.number]).toEqual([2, 0]);
  });

  it('stays where an operator pins it at the same moment, which is no fault', async () => {
    const world = await promoted(accuracy);
    judge(world, 1, 200, 0.6);
    const pinned = world.versionAliases.set(name, 'champion', 1, 'Ada');
    await world.watcher.look();
    await pinned;
    await look(world);
    expect(world.versionAliases.of(name).champion).toMatchObject({ number: 1, heldBy: 'Ada' });
    expect([world.watcher.of(name), world.faults]).toEqual([undefined, []]);
    expect((await world.decision(1))?.rolledBack).toBeNull();
  });

  it('stays where it is as good, and is watched no longer than its window', async () => {
    const world = await promoted({ ...accuracy, window: '10 min' });
    judge(world, 1, 2_000, 0.9, 7);
    await look(world);
    expect(world.champion()).toBe(1);
    await world.clock.advance(10 * 60_000);
    await world.watcher.look();
    expect(world.watcher.of(name)).toBeUndefined();
    judge(world, 1, 2_000, 0.1);
    await look(world);
    expect(world.champion()).toBe(1);
    expect(await world.storage.promotionWatches.all()).toEqual([]);
  });

  it('is not taken back for what is too little, or within the bound', async () => {
    const few = await promoted(accuracy);
    judge(few, 1, 199, 0);
    await look(few);
    expect(few.champion()).toBe(1);
    judge(few, 1, 1, 0);
    await look(few);
    expect(few.champion()).toBe(0);
    const bounded = await promoted({ ...accuracy, worseBy: 0.4 });
    judge(bounded, 1, 2_000, 0.6);
    await look(bounded);
    expect(bounded.champion()).toBe(1);
  });

  it('is taken back by itself no more often than in one of 100 cases, though it is looked at all the time', async () => {
    let taken = 0;
    const trials = 60;
    for (let trial = 0; trial < trials; trial++) {
      const world = await openGated(gate, { watch: accuracy });
      judge(world, 0, 500, 0.8, 2 * trial + 1);
      await world.publish({ top1: 0.6 });
      for (let part = 0; part < 40; part++) {
        judge(world, 1, 25, 0.8, 1_000 * trial + part + 5);
        await world.watcher.look();
      }
      if (world.champion() === 0) taken += 1;
    }
    expect(taken / trials).toBeLessThanOrEqual(0.01 + 2 * Math.sqrt((0.01 * 0.99) / trials));
  });

  it('is taken back for requests that fail, also where it does not load, and for slow ones', async () => {
    const answered = (
      world: World,
      version: string,
      of: number,
      every: number,
      what: 'failed' | 'left' | 'slow',
    ) => {
      for (let each = 0; each < of; each++) {
        const isBad = each % every === 0;
        world.watcher.answered({
          model: name,
          version,
          ms: what === 'slow' && isBad ? 80 : 3,
          end: what !== 'slow' && isBad ? what : 'answered',
        });
      }
    };
    for (const [watch, what, version] of [
      [{ metric: 'failures' }, 'failed', '1'],
      [{ metric: 'failures' }, 'failed', ''],
      [{ metric: 'latency' }, 'slow', '1'],
    ] as const) {
      const world = await openGated({ ...gate, latencyP99: '50 ms' }, { watch });
      answered(world, '0', 1_000, 100, what);
      await world.publish({ top1: 0.6 });
      answered(world, version, 300, 4, what);
      await look(world);
      expect(world.champion()).toBe(0);
    }
    const world = await openGated(gate, { watch: { metric: 'failures' } });
    answered(world, '0', 1_000, 100, 'failed');
    await world.publish({ top1: 0.6 });
    answered(world, '1', 300, 1, 'left');
    await look(world);
    expect(world.champion()).toBe(1);
  });

  it('is taken back for numbers that are further from what came', async () => {
    const world = await openGated(gate, { watch: { metric: 'error' } });
    const random = uniform(9);
    const say = (version: string, error: number) =>
      world.watcher.judged(name, version, { kind: 'number', predicted: error * random(), outcome: 0 });
    for (let each = 0; each < 500; each++) say('0', 1);
    await world.publish({ top1: 0.6 });
    for (let each = 0; each < 200; each++) say('1', 3);
    await look(world);
    expect(world.champion()).toBe(0);
  });

  it('is an operator’s to judge once he has pinned one', async () => {
    const world = await promoted(accuracy);
    await world.versionAliases.set(name, 'champion', 1, 'Ada');
    judge(world, 1, 1_000, 0.1);
    await look(world);
    expect([world.champion(), world.watcher.of(name)]).toEqual([1, undefined]);
  });

  it('is watched on after a restart, with all that was known', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'watch-'));
    folders.push(folder);
    const before = await promoted(accuracy, folder);
    judge(before, 1, 190, 0);
    await before.close();
    const after = await openGated(gate, { watch: accuracy, folder });
    await look(after);
    expect([after.champion(), after.watcher.of(name)?.figures.accuracy?.since.n]).toEqual([1, 190]);
    judge(after, 1, 20, 0);
    await look(after);
    expect(after.champion()).toBe(0);
    await after.close();
  });
});

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

describe('what a task says of it', () => {
  it.each<[TaskDefinition['gate'], TaskDefinition['watch'], RegExp]>([
    [null, accuracy, /watch needs a gate/],
    [gate, { metric: 'verdicts' }, /verdicts only with masking/],
    [gate, { metric: 'latency' }, /latency only with gate\.latencyP99/],
    [gate, { ...accuracy, slowerThan: 3 } as never, /this setting was removed/],
    [gate, { ...accuracy, window: '10 d' }, /1 min to 7 d/],
    [gate, { metric: 'profit' as 'error' }, /metric/],
    [gate, [accuracy, { ...accuracy, worseBy: 0.1 }], /two rules for one metric/],
  ])('is refused: %j, %j', (gateOf, watch, message) => {
    expect(() => gated(gateOf, { watch })).toThrow(message);
  });

  it('has defaults', () => {
    expect(gated(gate, { watch: { metric: 'failures' } }).watch).toEqual([
      { metric: 'failures', worseBy: 0, window: 21_600_000 },
    ]);
  });
});
