import type { SettingsChanged, TaskSettings } from '@murmuration/api/settings';
import { withStoredSettings } from '@murmuration/rounds/task/settings-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceId, updateOf, valuesTask } from '../federation.ts';
import { type Admin, openAdmin } from './admin.ts';

let admin: Admin;

beforeEach(async () => {
  admin = await openAdmin({
    task: { cohort: { goal: 2, minimum: 2, overSelection: 1 }, schedule: { every: '1 min' } },
  });
});
afterEach(() => admin.close());

const path = '/tasks/values/settings';

async function change(settings: object, more: object = {}, status = 200) {
  const answer = await admin.ask('PUT', path, 'operator', { settings, ...more });
  expect([answer.status, answer.body]).toEqual([status, expect.anything()]);
  return answer.body as unknown as SettingsChanged;
}

async function look(): Promise<TaskSettings> {
  return (await admin.ask('GET', path, 'viewer')).body as unknown as TaskSettings;
}

async function round(devices: number): Promise<void> {
  for (let index = 0; index < devices; index++) admin.checkIn(deviceId(index));
  await admin.clock.advance(0);
  for (let index = 0; index < devices; index++) {
    const { assignment } = admin.channel.assignments.get(deviceId(index))!;
    await admin.rounds.current!.accept(assignment, updateOf([1, 0, 0, 0]));
  }
  await admin.clock.advance(0);
}

describe('the settings of a task', () => {
  it('are those of its definition at first, complete', async () => {
    expect(await look()).toMatchObject({
      planVersion: 1,
      inForce: true,
      changedAt: null,
      changedBy: null,
      settings: {
        cohort: { goal: 2 },
        schedule: { every: 60_000 },
        masking: 'off',
        plan: { privateLayers: [] },
      },
    });
  });

  it('change from the next round on, as a new version of the plan; the round under way keeps its own', async () => {
    await admin.rounds.start();
    await admin.clock.advance(0);
    const changed = await change({
      cohort: { goal: 3 },
      plan: { learningRate: 0.2 },
      deadlines: { updates: '2 min' },
    });
    expect(changed).toMatchObject({
      applied: true,
      changes: [
        { field: 'plan.learningRate', from: 0.1, to: 0.2 },
        { field: 'cohort.goal', from: 2, to: 3 },
        { field: 'deadlines.updates', from: 60_000, to: 120_000 },
      ],
      task: { planVersion: 2, inForce: false, changedBy: 'the operator' },
    });
    expect(admin.rounds.current!.terms).toMatchObject({ goal: 2, plan: { version: 1 } });
    await round(2);
    expect(admin.records[0]).toMatchObject({ outcome: 'published', planVersion: 1 });
    await admin.clock.advance(60_000);
    expect(admin.rounds.current!.terms).toMatchObject({
      goal: 3,
      limits: { updates: 120_000 },
      plan: { version: 2, training: { learningRate: 0.2 } },
    });
    expect(await look()).toMatchObject({ planVersion: 2, inForce: true });
  });

  it('change at once between rounds, the schedule included', async () => {
    await admin.rounds.start();
    await admin.clock.advance(0);
    await round(2);
    await admin.clock.advance(10_000);
    expect(await change({ schedule: { every: '20 s' } })).toMatchObject({ task: { inForce: true } });
    await admin.clock.advance(9_999);
    expect(admin.rounds.current!.terms.number).toBe(1);
    await admin.clock.advance(1);
    expect(admin.rounds.current!.terms.number).toBe(2);
  });

  it('hold over a restart, until the definition has a newer plan', async () => {
    await change({ cohort: { goal: 3 } });
    const { settings } = admin.storage;
    expect(await withStoredSettings(admin.task, settings)).toMatchObject({
      planVersion: 2,
      cohort: { goal: 3 },
    });
    expect((await withStoredSettings({ ...admin.task, planVersion: 2 }, settings)).cohort.goal).toBe(2);
  });

  it('that 0.2.0 kept leave weights to the definition of a masked task, unless somebody had chosen a cap', async () => {
    const task = valuesTask({
      update: { clip: 1 },
      masking: { dropping: 0.3 },
      cohort: { goal: 4, minimum: 3 },
    });
    const heldWith = async (weightCap: number, more: object = {}) => {
      const update = { kind: 'ring', clip: 1, bits: 8, weighting: 'examples', weightCap, ...more };
      const kept = { task: task.name, planVersion: 2, settings: { update }, changedAt: 0, changedBy: 'Ada' };
      return (await withStoredSettings(task, { of: async () => kept })).update;
    };
    expect(await heldWith(32)).toMatchObject({ weighting: 'uniform', weightCap: 1 });
    expect(await heldWith(16)).toMatchObject({ weighting: 'examples', weightCap: 16 });
    // Kept since.
    expect(await heldWith(32, { perLayer: false })).toMatchObject({ weighting: 'examples', weightCap: 32 });
  });

  it('kept before settings were removed open without them, and with no deadline shorter than it was', async () => {
    const task = valuesTask({ update: { clip: 1 }, masking: {}, cohort: { goal: 40, minimum: 30 } });
    const settings = {
      plan: {
        ...{ epochs: 2, batchSize: 16, learningRate: 0.1, proximal: 0, gradientClip: null, maxExamples: 9 },
        ...{ seed: 3, sampledSoftmax: null, optimizer: { kind: 'adam', momentum: 0.8 }, privateLayers: [] },
      },
      update: {
        clip: 1,
        perLayer: false,
        compression: { kind: 'randomMask', fraction: 0.5, feedback: true },
      },
      deadlines: {
        ...{ gathering: 1_000, keys: 30_000, shares: 10_000, updates: 100_000, agreement: 20_000 },
        ...{ unmasking: 40_000, grace: 5_000, evaluation: 60_000 },
      },
      eligibility: {
        ...{ minExamples: 1, idle: true, charging: false, unmetered: false, minFreeMiB: 64 },
        minSdk: '0.1.0',
      },
    };
    const kept = { task: task.name, planVersion: 2, settings, changedAt: 0, changedBy: 'Ada' };
    const opened = await withStoredSettings(task, { of: async () => kept });
    expect(opened.training).toMatchObject({ epochs: 2, seed: 0, optimizer: { kind: 'adam', momentum: 0.9 } });
    expect(opened.deadlines).toEqual({
      ...{ gathering: 1_000, keys: 30_000, shares: 30_000, updates: 100_000, agreement: 60_000 },
      ...{ unmasking: 60_000, grace: 5_000, evaluation: 600_000 },
    });
    expect(opened.update.compression).toEqual({ kind: 'randomMask', fraction: 0.5, feedback: false });
    expect(opened.eligibility).toEqual({
      ...{ minExamples: 1, idle: true, charging: false, unmetered: false, minSdk: '0.1.0' },
    });
  });

  it('are checked before anything changes, and each field that is wrong is named', async () => {
    const wrong = [
      [{ cohort: { goal: 0 } }, ['cohort.goal']],
      [
        { cohort: { goal: 'many' }, plan: { epochs: 1.5, speed: 1 } },
        ['plan.epochs', 'plan.speed', 'cohort.goal'],
      ],
      [{ cohort: { minimum: 5 } }, ['cohort.minimum']],
      [{ schedule: { every: 'often' } }, ['schedule.every']],
      [{ update: { kind: 'ring', bits: 24, weightCap: 65_536 } }, ['update.weightCap']],
      [{ masking: { threat: 'malicious' } }, ['update.kind']],
      [{ plan: { privateLayers: ['dense'] } }, ['plan.privateLayers']],
      [{ model: 'another', name: 'other' }, ['model', 'name']],
    ] as const;
    for (const [settings, fields] of wrong) {
      const { body, status } = await admin.ask('PUT', path, 'operator', { settings });
      expect([settings, status, body]).toMatchObject([settings, 422, { code: 'task.settings' }]);
      expect((body.fields! as { field: string }[]).map(({ field }) => field).sort()).toEqual(
        [...fields].sort(),
      );
    }
    expect(await look()).toMatchObject({ planVersion: 1 });
  });

  it('can be checked alone, and are not overwritten by whoever saw older ones', async () => {
    expect(await change({ cohort: { goal: 3 } }, { dryRun: true })).toMatchObject({
      applied: false,
      changes: [{ field: 'cohort.goal' }],
      task: { planVersion: 2 },
    });
    expect(await look()).toMatchObject({ planVersion: 1, settings: { cohort: { goal: 2 } } });
    expect(await change({ cohort: { goal: 2 } })).toMatchObject({ applied: false, changes: [] });
    await change({ cohort: { goal: 3 } }, { ifPlanVersion: 1 });
    expect(await change({ cohort: { goal: 4 } }, { ifPlanVersion: 1 }, 409)).toMatchObject({
      code: 'task.changed',
    });
    const actions = (await admin.storage.audit.list(99, 99)).map(({ action, outcome }) => [action, outcome]);
    expect(actions).toEqual([
      ['task.settings', 'task.changed'],
      ['task.settings', 'done'],
      ['task.settings', 'done'],
    ]);
  });
});
