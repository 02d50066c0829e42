import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { settled } from '@murmuration/protocol/time/virtual-clock';
import { onDevices } from '@murmuration/rounds/evaluation/on-devices';
import type { AuditEntry } from '@murmuration/rounds/operators/audit';
import { gateName } from '@murmuration/rounds/promotion/version-aliases';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evaluator, name, openGated, type Quality } from './gated-task.ts';

const gate = {
  better: 'top1',
  test: 'bootstrap' as const,
  neverWorse: ['loss', 'top1 of *'],
};

describe('a gate', () => {
  it('lets the first version be served, and a better one after it', async () => {
    const world = await openGated(gate);
    expect([world.champion(), world.aliases()]).toEqual([0, { champion: 0 }]);
    const decision = await world.publish({ top1: 0.6 });
    expect(decision).toMatchObject({ number: 1, against: { number: 0 }, outcome: 'passed', reason: null });
    expect(decision!.promotedAt).toBe(world.clock.now());
    expect([world.champion(), world.aliases()]).toEqual([1, { champion: 1 }]);
    expect(world.versionAliases.of(name).champion.pinned?.setBy).toBe(gateName);
  });

  it.each<[string, Quality, RegExp]>([
    ['is worse', { top1: 0.3 }, /top1 went from 0\.5 to 0\.3/],
    ['is better by chance alone', { top1: 0.506 }, /lower end has to be above 0/],
    ['has a worse loss', { top1: 0.7, loss: 1.01 }, /loss went from 1 to 1\.01/],
    ['is worse on a slice', { top1: 0.9, short: 0.4 }, /top1 of short went from 0\.5 to 0\.4/],
  ])('keeps back a version that %s', async (_, quality, reason) => {
    const world = await openGated(gate);
    const decision = await world.publish(quality);
    expect(decision?.outcome).toBe('failed');
    expect(decision?.reason).toMatch(reason);
    expect([world.champion(), world.aliases(), decision?.promotedAt]).toEqual([0, { champion: 0 }, null]);
    // Rounds go on from it all the same, and the next one is compared with what is served.
    expect(world.versionAliases.of(name).base.number).toBe(1);
    expect((await world.publish({ top1: 0.8 }))?.against.number).toBe(0);
    expect(world.champion()).toBe(2);
  });

  it('keeps all figures, in the store and in the audit log', async () => {
    const world = await openGated({ ...gate, latencyP99: '20 ms', size: 16 }, { latency: () => 21.5 });
    const { checks } = (await world.publish({ top1: 0.7 }))!;
    expect(checks.map(({ rule, passed, slice }) => [rule, passed, slice])).toEqual([
      ['better', true, null],
      ['never-worse', true, null],
      ['never-worse', true, 'short'],
      ['never-worse', true, 'long'],
      ['latency-p99', false, null],
      ['size', true, null],
    ]);
    const [better] = checks;
    expect(better).toMatchObject({ champion: 0.5, challenger: 0.7, limit: 0 });
    expect(better!.test).toMatchObject({ kind: 'paired-bootstrap', units: 'examples', count: 500 });
    const [low, high] = better!.test!.interval!;
    expect(low).toBeGreaterThan(0.15);
    expect(high).toBeLessThan(0.25);
    const [entry] = await world.storage.audit.list(Number.MAX_SAFE_INTEGER, 1);
    expect(entry).toMatchObject({ actor: { id: 'gate' }, action: 'gate.fail', subject: 'line@1' });
    expect(entry!.changes).toContainEqual({ field: 'latency-p99', from: 21.5, to: 21.5 });
    expect(entry!.changes).toContainEqual({ field: 'never-worse top1 short', from: 0.5, to: 0.7 });
  });

  it('asks for as much better as it says, by a test or by none', async () => {
    for (const [test, close, far] of [
      ['bootstrap', 0.565, 0.7],
      ['mcnemar', 0.54, 0.56],
      ['none', 0.54, 0.56],
    ] as const) {
      const world = await openGated({ better: 'top1', by: 0.05, test });
      expect((await world.publish({ top1: close }))?.outcome).toBe('failed');
      expect((await world.publish({ top1: far }))?.outcome).toBe('passed');
    }
  });

  it('finds no effect of McNemar in a few examples', async () => {
    const world = await openGated({ better: 'top1', test: 'mcnemar' });
    // 5 of 500: p = 2 / 2⁵.
    expect((await world.publish({ top1: 0.51 }))?.checks[0]?.test?.p).toBeCloseTo(2 / 32, 12);
    expect(world.champion()).toBe(0);
    expect((await world.publish({ top1: 0.52 }))?.outcome).toBe('passed');
  });

  it('decides nothing about what can not be measured, serves it not, and tries again', async () => {
    const world = await openGated(gate);
    const decision = await world.publish({ top1: 0.9, loss: -1 });
    expect(decision).toMatchObject({ outcome: 'undecided', checks: [], promotedAt: null });
    expect(decision!.reason).toMatch(/held-out examples are away/);
    expect([world.champion(), world.aliases()]).toEqual([0, { champion: 0, challenger: 1 }]);
    await world.publish({ top1: 0.9 });
    expect([world.champion(), world.aliases(), world.faults]).toEqual([2, { champion: 2 }, []]);
  });

  it('compares two versions on the same examples, though these change in between', async () => {
    let revision = 0;
    let measured = 0;
    const world = await openGated(gate, {
      evaluator: {
        ...evaluator,
        revision: () => String(revision),
        evaluate(...asked) {
          measured += 1;
          // New examples come after the champion was measured, and before the challenger is.
          if (measured % 2 === 1 && measured < 6) revision += 1;
          return evaluator.evaluate(...asked);
        },
      },
    });
    expect(await world.publish({ top1: 0.7 })).toMatchObject({ outcome: 'passed' });
    expect(measured).toBeGreaterThan(5);
    const moving = await openGated(gate, {
      evaluator: {
        ...evaluator,
        revision() {
          revision += 1;
          return String(revision);
        },
      },
    });
    expect(await moving.publish({ top1: 0.7 })).toMatchObject({
      outcome: 'undecided',
      reason: expect.stringContaining('the held-out examples changed'),
    });
  });

  it('judges the newest of several versions', async () => {
    const world = await openGated(gate);
    for (const top1 of [0.6, 0.7, 0.8]) world.moments.versionStored(await world.commit({ top1 }));
    await settled();
    await world.gates.settled();
    expect(world.champion()).toBe(3);
    expect(await world.decision(2)).toBeUndefined();
  });
});

describe('an operator', () => {
  it('may promote what failed, and holds it until the gate has the say again', async () => {
    const world = await openGated(gate);
    await world.publish({ top1: 0.4 });
    await world.versionAliases.set(name, 'champion', 1, 'Ada');
    const held = await world.publish({ top1: 0.9 });
    expect(held).toMatchObject({
      outcome: 'passed',
      promotedAt: null,
      heldBy: 'Ada',
      against: { number: 1 },
    });
    expect([world.champion(), world.aliases()]).toEqual([1, { champion: 1, challenger: 2 }]);
    await world.versionAliases.set(name, 'champion', null, 'Ada');
    await settled();
    await world.gates.settled();
    expect(world.champion()).toBe(2);
    expect(await world.decision(2)).toMatchObject({ heldBy: null, promotedAt: expect.any(Number) });
  });

  it('rolls back for good: the version does not come back by itself', async () => {
    const world = await openGated(gate);
    await world.publish({ top1: 0.6 });
    await world.versionAliases.rollBack(name, undefined, 'Ada');
    await world.versionAliases.set(name, 'champion', null, 'Ada');
    await settled();
    await world.gates.settled();
    expect([world.champion(), world.versionAliases.of(name).champion.heldBy]).toEqual([0, null]);
    await world.publish({ top1: 0.7 });
    expect(world.champion()).toBe(2);
  });

  it("can't name the challenger, and giving up the champion does not serve the newest", async () => {
    const world = await openGated(gate);
    await world.publish({ top1: 0.4 });
    await expect(world.versionAliases.set(name, 'challenger', 1, 'Ada')).rejects.toMatchObject({
      code: 'request.invalid',
    });
    await world.versionAliases.set(name, 'champion', null, 'Ada');
    await settled();
    await world.gates.settled();
    expect(world.champion()).toBe(0);
  });

  it('has the last word on a version that is being promoted', async () => {
    const world = await openGated(gate);
    const version = await world.commit({ top1: 0.9 });
    world.moments.versionStored(version);
    // While it is measured.
    await world.versionAliases.set(name, 'champion', 0, 'Ada');
    await settled();
    await world.gates.settled();
    expect(world.champion()).toBe(0);
    expect(world.versionAliases.of(name).champion.heldBy).toBe('Ada');
    expect(await world.decision(1)).toMatchObject({ outcome: 'passed', promotedAt: null });
  });
});

describe('after a restart', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gates-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('a version that nobody judged is judged, and one that failed stays so', async () => {
    const before = await openGated(gate, { folder });
    await before.publish({ top1: 0.4 });
    await before.commit({ top1: 0.7 });
    await before.close();
    const after = await openGated(gate, { folder });
    await after.gates.settled();
    expect(after.champion()).toBe(2);
    expect((await after.decision(1))?.outcome).toBe('failed');
    await after.close();
  });

  it('a decision that had not come into force does, once', async () => {
    const before = await openGated(gate, { folder });
    const decision = (await before.publish({ top1: 0.7 }))!;
    // As if the process had ended before, or after, the champion was named.
    await before.storage.gateDecisions.put({ ...decision, promotedAt: null });
    await before.storage.aliases.change(name, [
      { ...(await before.storage.aliases.of(name))[0]!, number: 0, model: decision.against.model },
    ]);
    await before.close();
    const between = await openGated(gate, { folder });
    await between.gates.settled();
    expect(between.champion()).toBe(1);
    await between.storage.gateDecisions.put({ ...decision, promotedAt: null });
    await between.close();
    const after = await openGated(gate, { folder });
    await after.gates.settled();
    expect([after.champion(), (await after.decision(1))?.promotedAt]).toEqual([1, expect.any(Number)]);
    await after.close();
  });

  it('a task without its gate follows the newest version again', async () => {
    const before = await openGated(gate, { folder });
    await before.publish({ top1: 0.4 });
    await before.close();
    const after = await openGated(null, { folder });
    expect([after.champion(), after.aliases()]).toEqual([1, {}]);
    await after.close();
    const gatedAgain = await openGated(gate, { folder });
    await gatedAgain.publish({ top1: 0.1 });
    expect(gatedAgain.champion()).toBe(1);
    const entries = await gatedAgain.storage.audit.list(99, 99);
    const named = entries.filter(({ action }) => action === 'version.alias').toReversed();
    const champion = (from: unknown, to: unknown) => [
      { field: 'gate', from: from !== 'latest', to: to !== 'latest' },
      { field: 'champion', from, to },
    ];
    expect(named).toMatchObject([
      { actor: { id: 'gate' }, subject: 'line@0 champion', changes: champion('latest', 0) },
      { actor: { id: 'gate' }, subject: 'line@latest champion', changes: champion(0, 'latest') },
      { actor: { id: 'gate' }, subject: 'line@1 champion', changes: champion('latest', 1) },
    ]);
    await gatedAgain.close();
  });
});

describe('a gate whose acts can’t be stored, since the audit log is full', () => {
  it.each([
    ['decides nothing, and does so once it can', 'gateDecisions', undefined],
    ['promotes nothing, and does so once it can', 'aliases', { outcome: 'passed', promotedAt: null }],
  ] as const)('%s', async (_, store, before) => {
    let isFull = false;
    const full = async (entries: readonly AuditEntry[] = []) => {
      if (isFull && entries.length > 0) throw new MurmurationError('storage.full');
    };
    const world = await openGated(gate, {
      over: storage => ({
        ...storage,
        ...(store === 'aliases'
          ? {
              aliases: {
                ...storage.aliases,
                async change(...[task, set, remove, entries]) {
                  await full(entries);
                  await storage.aliases.change(task, set, remove, entries);
                },
              },
            }
          : {
              gateDecisions: {
                ...storage.gateDecisions,
                async put(decision, entries) {
                  await full(entries);
                  await storage.gateDecisions.put(decision, entries);
                },
              },
            }),
      }),
    });
    isFull = true;
    const decision = await world.publish({ top1: 0.7 });
    if (before) expect(decision).toMatchObject(before);
    else expect(decision).toBeUndefined();
    expect([world.champion(), world.faults]).toMatchObject([0, [{ code: 'storage.full' }]]);
    const actions = world.audited.map(({ action }) => action);
    expect(actions).not.toContain('version.promote');
    isFull = false;
    await world.clock.advance(10_000);
    await world.gates.settled();
    expect(world.champion()).toBe(1);
    const told = ['version.alias', 'gate.pass', 'version.promote'];
    expect(world.audited.map(({ action }) => action)).toEqual(told);
    expect(await world.storage.audit.list(9, 9)).toHaveLength(told.length);
    await world.close();
  });
});

describe('a gate by what devices measure', () => {
  const top1 = [{ metric: 'top1', least: 0, most: 1, better: 'higher' }] as const;
  const change: Partial<TaskDefinition> = {
    masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
    cohort: { goal: 12, minimum: 10, overSelection: 1 },
  };
  const byDevices = (options: object = {}) =>
    onDevices({ every: '1 h', metrics: top1, slices: ['short'], ...options });

  it('decides once devices have measured both versions in one round, and not before', async () => {
    const world = await openGated({ better: 'top1', test: 'none' }, { evaluator: byDevices(), change });
    const before = await world.publish({ top1: 0.9 });
    expect(before).toMatchObject({ outcome: 'undecided' });
    expect(before!.reason).toContain('devices have not evaluated both in one round yet');
    expect([world.champion(), world.aliases()]).toEqual([0, { champion: 0, challenger: 1 }]);
    // Only one of them says nothing of the other.
    await world.evaluatedByDevices(2, { 1: 0.7 });
    expect(await world.decision(1)).toMatchObject({ outcome: 'undecided' });
    await world.evaluatedByDevices(3, { 0: 0.4, 1: 0.6 });
    const decision = await world.decision(1);
    expect(decision).toMatchObject({
      outcome: 'passed',
      checks: [{ metric: 'top1', champion: 0.4, challenger: 0.6 }],
    });
    expect(world.champion()).toBe(1);
    await world.publish({ top1: 0.95 });
    await world.evaluatedByDevices(4, { 1: 0.6, 2: 0.5 });
    expect((await world.decision(2))?.outcome).toBe('failed');
    expect(world.champion()).toBe(1);
    expect(world.faults).toEqual([]);
    await world.close();
  });

  // biome-ignore format: one refusal a line
  it.each([
    ['a test that needs single examples', { better: 'top1' }, byDevices(), 'byExample'],
    ['a metric that devices do not measure', { neverWorse: ['loss'] }, byDevices(), 'nobody measures'],
    ['a slice that devices do not measure', { neverWorse: ['top1 of long'] }, byDevices(), 'the slices of the evaluation are short'],
    ['noise, sized for one version', { neverWorse: ['top1'] }, byDevices({ slices: [], privacy: { epsilon: 4, delta: 1e-6, rounds: 9 } }), 'noise is sized for one'],
  ])('is refused with %s', async (_, gate, evaluation, why) => {
    await expect(openGated(gate, { evaluator: evaluation, change })).rejects.toThrow(why);
  });
});
