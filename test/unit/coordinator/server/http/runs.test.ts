import { retraining, trainingRun, trainingRuns, triggerRecords } from '@murmuration/api/run';
import { drift } from '@murmuration/rounds/task/retrain/triggers';
import { afterEach, describe, expect, it } from 'vitest';
import { deviceId } from '../federation.ts';
import { type Admin, openAdmin } from './admin.ts';

let admin: Admin;
afterEach(() => admin.close());

const window = {
  task: 'values' as never,
  version: 0,
  features: [{ name: 'length', test: 'psi', score: 1, threshold: 0.1, drifted: true }],
  share: 1,
  isDrifted: true,
  window: { from: 0, to: 1 },
};

async function open() {
  const retrain = { when: [drift()], cooldown: '1 h', until: { rounds: 5, failures: 1 } };
  admin = await openAdmin({ task: { retrain } });
  await admin.rounds.start();
  await admin.runControl.start(admin.task.name);
  await admin.clock.advance(0);
}

describe('training runs in the admin API', () => {
  it('begin, show where they stand, and end, with who said so in the audit log', async () => {
    await open();
    const begun = await admin.ask('POST', '/tasks/values/runs', 'operator', { reason: 'new data' });
    expect([begun.status, trainingRun.parse(begun.body)]).toMatchObject([
      201,
      {
        number: 1,
        endedAt: null,
        why: { trigger: 'by-hand', reason: 'the operator asked for it: new data' },
      },
    ]);
    await admin.clock.advance(0);
    expect(admin.checkIn(deviceId(0))).toEqual({ decision: 'waiting' });
    const again = await admin.ask('POST', '/tasks/values/runs', 'operator');
    expect([again.status, again.body.code]).toEqual([409, 'round.under-way']);
    expect((await admin.ask('POST', '/tasks/values/runs/stop', 'operator', {})).body).toMatchObject({
      number: 1,
      endedAt: null,
    });
    await admin.clock.advance(0);
    const { body } = await admin.ask('GET', '/tasks/values/runs', 'viewer');
    expect(trainingRuns.parse(body)).toMatchObject({
      runs: [
        { number: 1, failed: 1, ending: { reason: 'stopped', text: 'the operator ended the training run.' } },
      ],
      next: null,
    });
    const [round] = (await admin.ask('GET', '/tasks/values/rounds', 'viewer')).body.rounds as unknown as {
      run: string;
    }[];
    expect(round!.run).toBe(trainingRuns.parse(body).runs[0]!.id);
    expect((await admin.ask('POST', '/tasks/values/runs/stop', 'operator')).status).toBe(404);
    const entries = await admin.storage.audit.list(99, 9);
    expect(entries.map(({ action, subject, outcome }) => [action, subject, outcome]).reverse()).toEqual([
      ['run.start', 'values', 'done'],
      ['run.start', 'values', 'round.under-way'],
      ['run.stop', 'values', 'done'],
      ['run.stop', 'values', 'round.unknown'],
    ]);
  });

  it('tell what triggers fired, and what kept them', async () => {
    await open();
    const fire = async () => {
      admin.moments.inputsCompared(window);
      await admin.clock.advance(0);
    };
    await fire();
    await admin.clock.advance(10_000);
    await fire();
    await fire();
    const { body } = await admin.ask('GET', '/tasks/values/triggers?limit=1', 'viewer');
    expect(triggerRecords.parse(body)).toMatchObject({
      records: [{ outcome: 'suppressed', by: 'cooldown', count: 2, why: { trigger: 'drift' } }],
      next: 2,
    });
    const older = await admin.ask('GET', '/tasks/values/triggers?before=2', 'viewer');
    expect(triggerRecords.parse(older.body).records).toMatchObject([{ outcome: 'began', by: null }]);
    expect((await admin.ask('GET', '/tasks/values/runs/1', 'viewer')).body).toMatchObject({
      ending: { reason: 'failures' },
    });
    expect(await admin.ask('GET', '/tasks/values/runs/2', 'viewer')).toMatchObject({ status: 404 });
  });

  it('say what triggers wait for, what they heard, and what keeps them', async () => {
    await open();
    const standing = async () =>
      retraining.parse((await admin.ask('GET', '/tasks/values/retraining', 'viewer')).body);
    expect(await standing()).toEqual({
      isByRuns: true,
      triggers: [{ kind: 'drift', text: 'When one of all features has drifted.', next: null, heard: null }],
      held: null,
      until: { rounds: 5, texts: ['It has made 5 versions.', 'A round has failed.'] },
    });
    admin.moments.inputsCompared(window);
    await admin.clock.advance(0);
    expect(await standing()).toMatchObject({
      triggers: [{ heard: '1 of 1 features of version 0 had drifted in the newest window.' }],
      held: { by: 'run-open', until: null },
    });
    await admin.clock.advance(10_000);
    const { held } = await standing();
    expect(held?.by).toBe('cooldown');
    expect(Date.parse(held!.until!)).toBeGreaterThan(admin.clock.now());
  });

  it('name the version that they made, and what the gate made of it', async () => {
    await open();
    const begun = await admin.ask('POST', '/tasks/values/runs', 'operator', {});
    expect(trainingRun.parse(begun.body).version).toBeNull();
    const [kept] = await admin.runStore.runs(admin.task.name, 99, 1);
    const [first] = await admin.history.versions(admin.task.name, 99, 1);
    const state = (await admin.runStore.state(admin.task.name))!;
    await admin.runStore.commit(admin.task.name, {
      state,
      runs: [{ ...kept!, model: first!.model }],
      records: [],
    });
    const shown = async () =>
      trainingRun.parse((await admin.ask('GET', '/tasks/values/runs/1', 'viewer')).body).version;
    expect(await shown()).toEqual({ number: 0, isServed: true, gate: null });
    await admin.storage.gateDecisions.put({
      task: admin.task.name,
      number: 0,
      model: first!.model,
      against: { number: 0, model: first!.model },
      outcome: 'failed',
      reason: 'loss got worse.',
      checks: [],
      decidedAt: 0,
      promotedAt: null,
      heldBy: null,
      rolledBack: null,
    });
    expect(await shown()).toMatchObject({ gate: { outcome: 'failed', reason: 'loss got worse.' } });
  });

  it('say in the overview and in the list of tasks that no run is open', async () => {
    await open();
    const overview = async () => (await admin.ask('GET', '/overview', 'viewer')).body.tasks?.[0] as unknown;
    expect(await overview()).toMatchObject({ nextRoundAt: null, waitsFor: { what: 'run', until: null } });
    const { body } = await admin.ask('GET', '/tasks', 'viewer');
    expect(body.tasks).toMatchObject([{ isPaused: false, nextRoundAt: null }]);
    await admin.ask('POST', '/tasks/values/runs', 'operator');
    await admin.clock.advance(0);
    expect(await overview()).toMatchObject({ round: { number: 1 }, waitsFor: { what: 'check-ins' } });
  });

  it('are refused of a task whose rounds run all the time, and of one that is not there', async () => {
    admin = await openAdmin();
    const refused = await admin.ask('POST', '/tasks/values/runs', 'operator');
    expect([refused.status, refused.body.code]).toEqual([422, 'task.settings']);
    expect((await admin.ask('GET', '/tasks/values/runs', 'viewer')).body).toEqual({ runs: [], next: null });
    expect((await admin.ask('GET', '/tasks/values/retraining', 'viewer')).body).toEqual({
      isByRuns: false,
      triggers: [],
      held: null,
      until: null,
    });
    for (const [method, path] of [
      ['GET', 'runs'],
      ['GET', 'triggers'],
      ['GET', 'retraining'],
      ['POST', 'runs'],
    ] as const)
      expect((await admin.ask(method, `/tasks/none/${path}`, 'operator')).body.code).toBe('task.unknown');
  });
});
