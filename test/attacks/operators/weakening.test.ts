import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import type { Alert } from '@murmuration/rounds/events/alert';
import { afterEach, describe, expect, it } from 'vitest';
import { enrolmentToken, lineTask } from '../../e2e/line.ts';
import { askAs, operatorTokens } from '../operators.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-weakening-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function start(storage: string): Promise<Coordinator> {
  const coordinator = await createCoordinator(
    parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken], operatorTokens, storage }),
    [
      lineTask({
        update: { clip: 1, bits: 8 },
        masking: { threat: 'malicious' },
        cohort: { goal: 40, minimum: 20, overSelection: 1 },
      }),
    ],
  );
  cleanUp.push(() => coordinator.stop());
  return coordinator;
}

const path = '/tasks/line/settings';
const put = ({ url }: Coordinator, by: 'operator' | 'admin', settings: object, more: object = {}) =>
  askAs(by, url, path, { method: 'PUT', body: { settings, ...more } });
const settingsOf = async ({ url }: Coordinator) => (await askAs('viewer', url, path)).body;
const firing = async ({ url }: Coordinator): Promise<Alert[]> =>
  (await askAs('viewer', url, '/alerts')).body.firing.filter(
    ({ rule }: Alert) => rule === 'protection-weakened',
  );
const newestEntry = async ({ url }: Coordinator) =>
  (await askAs('viewer', url, '/audit?limit=1')).body.entries[0];

/** What takes protection from devices, and the part of it that the audit log has to tell. */
const weaker = [
  ['masking', 'off'],
  ['masking', { threat: 'honest-but-curious' }],
  ['masking', { corrupt: 0 }],
  ['cohort', { goal: 3, minimum: 3 }],
  ['cohort', { minimum: 10 }],
  ['update', { clip: 100 }],
  ['update', { bits: 12 }],
  ['update', { weighting: 'examples' }],
] as const;

describe('an operator who takes protection from devices', () => {
  it.each(weaker)('by %s: %j is refused, and the attempt is written down', async (section, value) => {
    const coordinator = await start(await newFolder());
    const before = await settingsOf(coordinator);
    const { status, body } = await put(coordinator, 'operator', { [section]: value });
    expect([status, body.code]).toEqual([403, 'operator.forbidden']);
    expect(body.detail).toContain('admin');
    expect(await settingsOf(coordinator)).toEqual(before);
    const entry = await newestEntry(coordinator);
    expect(entry).toMatchObject({
      actor: { name: 'the operator' },
      action: 'task.settings',
      subject: 'line',
      outcome: 'operator.forbidden',
    });
    expect(entry.changes.length).toBeGreaterThan(0);
    expect(await firing(coordinator)).toEqual([]);
  });

  it('with a cohort of one, unmasked, is refused as a whole', async () => {
    const coordinator = await start(await newFolder());
    const change = { masking: 'off', cohort: { goal: 1, minimum: 1 } };
    expect((await put(coordinator, 'operator', change)).status).toBe(403);
    expect(await settingsOf(coordinator)).toMatchObject({ planVersion: 1, weakened: [] });
  });

  it('hears so from a check, which changes nothing', async () => {
    const coordinator = await start(await newFolder());
    const { status, body } = await put(coordinator, 'operator', { masking: 'off' }, { dryRun: true });
    expect([status, body.applied]).toEqual([200, false]);
    expect(body.weakens).toMatchObject([{ field: 'masking', from: 'on', to: 'off' }]);
  });

  it('may change everything else, and may strengthen', async () => {
    const coordinator = await start(await newFolder());
    const change = { cohort: { goal: 60, minimum: 30 }, plan: { learningRate: 0.5 }, update: { clip: 0.5 } };
    expect((await put(coordinator, 'operator', change)).status).toBe(200);
    // Back to what the definition says is no weakening.
    expect((await put(coordinator, 'operator', { cohort: { goal: 40, minimum: 20 } })).status).toBe(200);
    expect(await firing(coordinator)).toEqual([]);
  });
});

describe('an admin who takes protection from devices', () => {
  it('is named in a critical alert and in the audit log, with both values, until it is undone', async () => {
    const folder = await newFolder();
    const first = await start(folder);
    const change = { masking: 'off', cohort: { goal: 1, minimum: 1 } };
    const { status, body } = await put(first, 'admin', change);
    expect(status).toBe(200);
    expect(body.weakens.map(({ field }: { field: string }) => field)).toEqual([
      'masking',
      'cohort.goal',
      'cohort.minimum',
    ]);
    expect((await newestEntry(first)).changes).toEqual(
      expect.arrayContaining([
        { field: 'masking.threat', from: 'malicious', to: null },
        { field: 'masking', from: null, to: 'off' },
        { field: 'cohort.goal', from: 40, to: 1 },
        { field: 'cohort.minimum', from: 20, to: 1 },
      ]),
    );
    const [alert] = await firing(first);
    expect(alert).toMatchObject({ severity: 'critical', task: 'line', page: '/#/settings/task/line' });
    expect(alert!.summary).toContain('masking is off instead of on');
    expect(alert!.summary).toContain('by the admin');
    const overview = (await askAs('viewer', first.url, '/overview')).body;
    expect(overview.alerts).toContainEqual(alert);

    // Neither a pause nor a restart ends it.
    await askAs('operator', first.url, '/tasks/line/pause', { method: 'POST', body: {} });
    expect(await firing(first)).toHaveLength(1);
    await first.stop();
    const second = await start(folder);
    expect(await firing(second)).toMatchObject([{ id: alert!.id, since: alert!.since }]);

    // An operator may undo it, part by part, and not go further.
    expect((await put(second, 'operator', { cohort: { goal: 20, minimum: 10 } })).status).toBe(200);
    expect((await put(second, 'operator', { cohort: { minimum: 9 } })).status).toBe(403);
    expect(await firing(second)).toHaveLength(1);
    const undo = { masking: { threat: 'malicious' }, cohort: { goal: 40, minimum: 20 } };
    expect((await put(second, 'operator', undo)).status).toBe(200);
    expect(await firing(second)).toEqual([]);
    expect((await settingsOf(second)).weakened).toEqual([]);
  });
});
