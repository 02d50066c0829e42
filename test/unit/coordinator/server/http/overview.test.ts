import type { PaceMessage } from '@murmuration/api/device';
import type { Overview } from '@murmuration/api/overview';
import type { Role } from '@murmuration/api/role';
import type { RoundDetail, Rounds } from '@murmuration/api/round';
import type { Masking, Refusals } from '@murmuration/api/security';
import type { FigureColumns, TaskServing, Versions } from '@murmuration/api/version';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deviceId, updateOf } from '../federation.ts';
import { type Admin, openAdmin } from './admin.ts';

let admin: Admin;

beforeEach(async () => {
  admin = await openAdmin({ task: { cohort: { goal: 2, minimum: 2, overSelection: 1.5 } } });
  await admin.rounds.start();
  await admin.clock.advance(0);
});
afterEach(() => admin.close());

async function get<Body>(path: string, status = 200): Promise<Body> {
  const answer = await admin.ask('GET', path, 'viewer');
  expect([path, answer.status]).toEqual([path, status]);
  return answer.body as Body;
}

async function put<Body>(
  method: string,
  path: string,
  body: object,
  by: Role = 'operator',
  status = 200,
): Promise<Body> {
  const answer = await admin.ask(method, path, by, body);
  expect([path, answer.status, answer.body]).toEqual([path, status, expect.anything()]);
  return answer.body as Body;
}

function checkIn(index: number): void {
  const device = deviceId(index);
  admin.events.emit('connected', device, index === 0 ? 'node' : 'browser', '0.1.0');
  admin.events.emit('checked-in', device, admin.task.name, admin.checkIn(device).decision, index < 2);
}

const send = (index: number, delta: readonly number[] = [1, 0, 0, 0]) =>
  admin.rounds.current!.accept(admin.channel.assignments.get(deviceId(index))!.assignment, updateOf(delta));

/** A round of three devices, one of which sends nothing. */
async function play(): Promise<void> {
  for (const index of [0, 1, 2]) checkIn(index);
  await admin.clock.advance(0);
  for (const index of [0, 1]) await send(index);
  await admin.clock.advance(0);
}

describe('the overview', () => {
  it('says what a round waits for, and when devices come that were sent away', async () => {
    const stands = async () => (await get<Overview>('/overview')).tasks[0]!;
    const at = (ms: number) => new Date(admin.clock.now() + ms).toISOString();
    checkIn(0);
    expect(await stands()).toMatchObject({
      // The goal is 2; nobody is enrolled for whom over-selection could wait.
      waitsFor: { what: 'check-ins', devices: 1, until: expect.any(String) },
      sentAway: { devices: 0, next: null },
    });
    checkIn(1);
    checkIn(2);
    await admin.clock.advance(0);
    expect((await stands()).waitsFor).toMatchObject({ what: 'cohort', devices: 2 });
    await put('POST', '/tasks/values/pause', {});
    await send(0);
    await send(1);
    await admin.clock.advance(0);
    const { waitsFor, sentAway } = await stands();
    expect(waitsFor).toEqual({ what: 'operator', devices: 0, until: null });
    expect(sentAway.devices).toBe(3);
    expect(sentAway.next! >= at(15 * 60_000)).toBe(true);
  });

  it('shows the round under way, phase by phase, and who is connected', async () => {
    checkIn(0);
    checkIn(1);
    const gathering = await get<Overview>('/overview');
    expect(gathering.tasks[0]).toMatchObject({
      task: 'values',
      isPaused: false,
      isMasked: false,
      trainsHere: false,
      goal: 2,
      isAsynchronous: false,
      last: null,
      nextRoundAt: null,
      waiting: 2,
      eligible: 2,
      round: {
        number: 1,
        phase: 'gathering',
        quorum: { accepted: 2, goal: 3, minimum: 2 },
        cohort: { size: 3, waiting: 2, working: 0, done: 0, lost: 0, late: 0 },
      },
      champion: { number: 0, isPinned: false },
      newest: { number: 0, metrics: null },
    });
    checkIn(2);
    await admin.clock.advance(0);
    await send(0);
    admin.disconnect(deviceId(1));
    admin.events.emit('disconnected', deviceId(1));
    const updates = await get<Overview>('/overview');
    expect(updates.tasks[0]!.round).toMatchObject({
      phase: 'updates',
      cohort: { size: 3, waiting: 0, working: 1, done: 1, lost: 1, late: 0 },
      phases: [{ phase: 'gathering' }, { phase: 'updates', endedAt: null }],
    });
    expect(updates.devices).toMatchObject({
      connected: 2,
      eligible: 1,
      clients: [
        { platform: 'node', connected: 1, eligible: 1 },
        { platform: 'browser', connected: 1, eligible: 0 },
      ],
    });
  });

  it('shows the held-out metrics of the newest version', async () => {
    const [version] = await admin.history.versions(admin.task.name, Number.POSITIVE_INFINITY, 1);
    admin.events.emit('version', { ...version!, metrics: { loss: 1.5 } });
    const { tasks } = await get<Overview>('/overview');
    expect(tasks[0]!.newest).toMatchObject({ number: 0, metrics: { loss: 1.5 } });
  });

  it('shows how the last round ended, and when the next one begins', async () => {
    await admin.clock.advance(10_000);
    await admin.control.pause(admin.task.name);
    await admin.clock.advance(10_000);
    const { tasks } = await get<Overview>('/overview');
    expect(tasks[0]).toMatchObject({
      isPaused: true,
      round: null,
      nextRoundAt: null,
      last: { number: 2, outcome: 'failed', reason: expect.stringContaining('0 of at least 2') },
    });
  });
});

describe('the history', () => {
  it('gives rounds by page and filter, and all that is kept of one', async () => {
    await play();
    await admin.clock.advance(10_000);
    const all = await get<Rounds>('/tasks/values/rounds?limit=1');
    expect(all).toMatchObject({ total: 2, next: 2, rounds: [{ number: 2, outcome: 'failed' }] });
    const more = await get<Rounds>(`/tasks/values/rounds?limit=1&before=${all.next}`);
    expect(more.rounds).toMatchObject([{ number: 1, outcome: 'published', tally: { accepted: 2, late: 1 } }]);
    const published = await get<Rounds>('/tasks/values/rounds?outcome=published');
    expect([published.rounds.length, published.total, published.next]).toEqual([1, 1, null]);
    const { endedAt } = all.rounds[0]!;
    expect(
      (await get<Rounds>(`/tasks/values/rounds?until=${endedAt}`)).rounds.map(({ number }) => number),
    ).toEqual([1]);
    const one = await get<RoundDetail>('/tasks/values/rounds/1');
    expect(one).toMatchObject({
      ...more.rounds[0],
      phases: [{ phase: 'gathering' }, { phase: 'updates', accepted: 2, late: 1 }, { phase: 'closing' }],
      errors: [],
      version: { number: 1, model: one.model },
    });
    expect(one.groups).toBeNull();
    await get('/tasks/values/rounds/9', 404);
    await get('/tasks/none/rounds', 404);
    await get('/tasks/values/rounds?outcome=late', 400);
  });

  it('gives the groups of a masked cohort to operators, and to nobody else', async () => {
    await play();
    const [record] = await admin.history.rounds(admin.task.name, Number.POSITIVE_INFINITY, 1);
    const groups = [
      { devices: 20, contributors: 19, norm: 0.5, distance: 0.1, failure: null },
      { devices: 20, contributors: 3, norm: null, distance: null, failure: 'Too few.' },
    ];
    await admin.history.commit({
      round: { ...record!, round: 'R'.repeat(22) as RoundId, number: 7, groups },
    });
    expect(await get<RoundDetail>('/tasks/values/rounds/7')).toMatchObject({ groups });
    const listed = await get<Rounds>('/tasks/values/rounds?limit=1');
    expect(listed.rounds[0]).not.toHaveProperty('groups');
  });

  it('counts check-ins and refusals by the hour', async () => {
    for (const index of [0, 1, 2]) checkIn(index);
    admin.events.emit('refused', 'updates', 'update.norm', 'too long');
    await admin.clock.advance(3_600_000);
    admin.events.emit('refused', 'updates', 'update.norm', 'too long');
    const { hours } = await get<{ hours: Record<string, unknown>[] }>('/check-ins?hours=2&task=values');
    expect(hours).toEqual([
      { hour: '2026-01-01T00:00:00.000Z', waiting: 2, later: 0, ineligible: 1 },
      { hour: '2026-01-01T01:00:00.000Z', waiting: 0, later: 0, ineligible: 0 },
    ]);
    const { codes } = await get<Refusals>('/refusals?hours=24');
    expect(codes.find(({ code }) => code === 'update.norm')).toMatchObject({
      count: 2,
      lastAt: '2026-01-01T01:00:00.000Z',
      meaning: expect.stringMatching(/\.$/),
    });
  });
});

describe('versions', () => {
  it('come with their lineage, and as columns for a chart', async () => {
    await play();
    const read = vi.spyOn(admin.history, 'version');
    const { versions, serving } = await get<Versions>('/tasks/values/versions');
    // The page is one read, however many versions it shows.
    expect(read).not.toHaveBeenCalled();
    expect(versions).toMatchObject([
      {
        number: 1,
        parent: { number: 0 },
        round: { number: 1, tally: { accepted: 2 } },
        aliases: ['latest', 'champion'],
      },
      { number: 0, parent: null, round: null, aliases: [] },
    ]);
    expect(serving).toMatchObject({
      champion: { number: 1, isPinned: false },
      base: { number: 1 },
      aliases: [],
    });
    expect(await get('/tasks/values/versions/1')).toEqual(versions[0]);
    await get('/tasks/values/versions/2', 404);
    const columns = await get<FigureColumns>('/tasks/values/figures');
    expect(columns).toEqual({
      versions: [0, 1],
      rounds: [null, 1],
      times: [expect.any(String), expect.any(String)],
      figures: {},
      fromDevices: {},
    });
  });

  it('are promoted: devices serve the one that an operator names, until they follow the newest again', async () => {
    await play();
    const promoted = await put<TaskServing>('PUT', '/tasks/values/aliases/champion', { number: 0 });
    expect(promoted).toMatchObject({
      champion: { number: 0, isPinned: true, by: 'the operator' },
      base: { number: 1 },
      aliases: [{ alias: 'champion', number: 0 }],
    });
    await play();
    expect((await get<Versions>('/tasks/values/versions')).serving.champion).toMatchObject({ number: 0 });
    await put('PUT', '/tasks/values/aliases/challenger', { number: 1 });
    const { versions } = await get<Versions>('/tasks/values/versions');
    expect(versions.map(({ aliases }) => aliases)).toEqual([['latest'], ['challenger'], ['champion']]);
    const followed = await put<TaskServing>('PUT', '/tasks/values/aliases/champion', { number: null });
    expect(followed.champion).toMatchObject({ number: 2, isPinned: false, by: null });
    for (const [alias, number, status] of [
      ['champion', 9, 404],
      ['latest', 0, 400],
      ['base', 0, 400],
      ['Champion', 0, 400],
    ] as const)
      await put('PUT', `/tasks/values/aliases/${alias}`, { number }, 'operator', status);
    const actions = (await admin.storage.audit.list(99, 99)).map(({ action, subject, outcome }) => [
      action,
      subject,
      outcome,
    ]);
    expect(actions).toContainEqual(['version.alias', 'values@0 champion', 'done']);
    expect(actions).toContainEqual(['version.alias', 'values@9 champion', 'model.missing']);
  });

  it('are rolled back: devices serve the parent, the round under way ends, and the next one trains from it', async () => {
    await play();
    await play();
    const [second, first] = (await get<Versions>('/tasks/values/versions')).versions;
    expect(admin.rounds.current!.terms.plan.model).toBe(second!.model);
    const rolledBack = await put<TaskServing>('POST', '/tasks/values/rollback', {});
    expect(rolledBack).toMatchObject({ champion: { number: 1, isPinned: true }, base: { number: 1 } });
    await admin.clock.advance(0);
    expect(admin.records.at(-1)).toMatchObject({
      outcome: 'failed',
      failure: { reason: expect.stringContaining('rolled') },
    });
    expect(admin.rounds.current!.terms.plan.model).toBe(first!.model);
    await play();
    const { versions, serving } = await get<Versions>('/tasks/values/versions?limit=1');
    expect(versions[0]).toMatchObject({ number: 3, parent: { number: 1, model: first!.model } });
    expect(serving).toMatchObject({ champion: { number: 1, isPinned: true }, base: { number: 3 } });
    await put('POST', '/tasks/values/rollback', { number: 0 });
    await put('POST', '/tasks/values/rollback', {}, 'operator', 404);
    await put('POST', '/tasks/values/rollback', { number: 77 }, 'operator', 404);
  });
});

describe('masking', () => {
  it('is described as it is in force', async () => {
    expect(await get<Masking>('/tasks/values/masking')).toMatchObject({
      masking: null,
      ring: null,
      cohort: { minimum: 2, goal: 2, largest: 3 },
      guarantees: [expect.stringContaining('not masked'), expect.stringContaining('TLS')],
    });
    const masked = await openAdmin({
      task: {
        update: { clip: 1 },
        masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
        cohort: { goal: 1_000, minimum: 500, overSelection: 1.3 },
      },
    });
    const { body } = await masked.ask('GET', '/tasks/values/masking', 'viewer');
    expect(body).toMatchObject({
      masking: {
        securityBits: 80,
        failureBits: 20,
        graphs: [{ devices: 500, graph: 'sparse' }, { devices: 1_050 }],
      },
      ring: { valueBits: 8, weightCap: 1 },
      guarantees: expect.arrayContaining([expect.stringContaining('at least 500 updates')]),
    });
    await masked.close();
  });
});

describe('the pace', () => {
  it('says when devices that are not chosen are asked to come back', async () => {
    expect(await get('/tasks/values/pace')).toEqual({
      interval: 0,
      cohortSize: 3,
      population: 0,
      connected: 0,
      comeBack: { from: 0, to: 0 },
    });
    await admin.clock.advance(10_000);
    await admin.control.pause(admin.task.name);
    await admin.clock.advance(10_000);
    const { comeBack } = await get<PaceMessage>('/tasks/values/pace');
    expect(comeBack).toEqual({ from: 15 * 60_000, to: 15 * 60_000 });
    await get('/tasks/nothing/pace', 404);
  });
});
