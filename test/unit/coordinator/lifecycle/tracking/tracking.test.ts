import { OpenResources } from '@murmuration/coordinator/assembly/open-resources';
import { openTracking } from '@murmuration/coordinator/assembly/tracking';
import { trackingSchema } from '@murmuration/lifecycle/tracking/settings';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { TrainingRun } from '@murmuration/rounds/events/training-run';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { deviceId, updateOf } from '../../server/federation.ts';
import { type Admin, openAdmin } from '../../server/http/admin.ts';
import { MlflowServer } from './mlflow-server.ts';

let server: MlflowServer;
let admin: Admin;
let faults: unknown[];
let opened: { close(): Promise<void> }[];

beforeEach(async () => {
  server = await MlflowServer.open('a secret token');
  opened = [];
  faults = [];
});
afterEach(async () => {
  for (const each of opened) await each.close();
  await admin.close();
  await server.stop();
});

type Bounds = NonNullable<Parameters<typeof openTracking>[2]>;

async function open(settings: object = {}, task: object = {}, bounds: Bounds = {}): Promise<void> {
  admin = await openAdmin({ task });
  admin.events.on('fault', (_, error) => faults.push(error));
  again(settings, bounds);
  await admin.rounds.start();
  await admin.clock.advance(0);
}

/** Tracks as a coordinator does that begins now. */
function again(settings: object = {}, bounds: Bounds = {}): void {
  const mlflow = { url: server.url, token: 'a secret token', ...settings };
  // The server is a real one: its answers take real time.
  const clock = systemClock;
  const running = new OpenResources(clock);
  opened.push(running);
  openTracking(
    {
      config: { tracking: trackingSchema.parse({ mlflow }) },
      storage: { ...admin.storage, history: admin.history },
      events: admin.events,
      metrics: new Registry(),
      clock,
      random: seededRandom(3),
      opened: running,
    },
    { ...admin, rounds: new Map([[admin.task.name, admin.rounds]]) },
    { every: 1_000, ...bounds },
  );
}

async function publish(): Promise<void> {
  for (const index of [0, 1, 2, 3, 4]) admin.checkIn(deviceId(index));
  await admin.clock.advance(0);
  const { current } = admin.rounds;
  for (const index of [0, 1, 2]) {
    const { assignment } = admin.channel.assignments.get(deviceId(index))!;
    await current!.accept(assignment, updateOf([1, 0, 0, 0]));
  }
  await admin.clock.advance(0);
}

const told = () => expect.poll(() => admin.storage.tracking.size());
const run: TrainingRun = {
  id: 'r'.repeat(22),
  task: 'values' as never,
  number: 1,
  why: { trigger: 'drift', reason: 'length drifted', figures: {}, at: 5 },
  startedAt: 5,
  endedAt: null,
  ending: null,
  rounds: 0,
  failed: 0,
  metrics: null,
};

describe('tracking by MLflow', () => {
  it('tells of rounds, versions with their files and lineage, and what is served', async () => {
    await open({ prefix: 'team-' });
    await publish();
    await publish();
    await told().toBe(0);
    expect([...server.experiments.keys()]).toEqual(['team-values']);
    const { status, params, tags } = server.run('Plan 1');
    expect(status).toBe('RUNNING');
    expect(Object.fromEntries(params)).toMatchObject({ strategy: 'fedAvg', 'cohort.goal': '3', plan: '1' });
    expect(tags.get('murmuration.strategy')).toBe('fedAvg');
    expect(server.metric('Plan 1', 'round.published')).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(server.metric('Plan 1', 'round.contributors')).toEqual([
      [1, 3],
      [2, 3],
    ]);
    const { versions, aliases } = server.models.get('team-values')!;
    const [first] = versions;
    const head = await admin.history.at(admin.task.name, 1);
    expect(versions).toHaveLength(2);
    expect(Object.fromEntries(first!.tags.map(({ key, value }) => [key, value]))).toMatchObject({
      'murmuration.version': '1',
      'murmuration.model': head!.version.model,
      'murmuration.contributors': '3',
    });
    const files = [...server.artifacts.keys()].filter(path => path.includes('/versions/1/'));
    expect(files).toHaveLength(2);
    expect(first!.source).toBe('mlflow-artifacts:/1/run1/artifacts/versions/1');
    const json = server.artifacts.get('1/run1/artifacts/versions/1/model.json')!;
    expect(Buffer.from(await admin.registry.blob(head!.version.model)).equals(json)).toBe(true);
    await admin.versionAliases.set(admin.task.name, 'champion', 1, 'ann');
    await told().toBe(0);
    expect(aliases.get('champion')).toBe('1');
    expect(faults).toEqual([]);
  });

  it('makes a run of each training run, with why it began and how it ended', async () => {
    await open();
    admin.events.emit('run-began', run);
    const ending = { reason: 'failures', text: 'Three rounds failed.' } as const;
    admin.events.emit('run-ended', { ...run, rounds: 4, failed: 3, endedAt: 900, ending });
    await told().toBe(0);
    const found = server.run('Training run 1');
    expect(found).toMatchObject({ status: 'FAILED', endTime: 900 });
    expect(Object.fromEntries(found.tags)).toMatchObject({
      'murmuration.run': run.id,
      'murmuration.trigger': 'drift',
      'murmuration.reason': 'length drifted',
      'murmuration.ending': 'failures',
    });
    expect(server.metric('Training run 1', 'run.failed-rounds')).toEqual([[4, 3]]);
  });

  it('tells of live figures under the run that made the version', async () => {
    await open();
    await publish();
    const window = { from: 1, to: 2 };
    const feature = { name: 'x', test: 'psi', score: 1, threshold: 0.1, drifted: true };
    const of = { task: admin.task.name, version: 1 };
    admin.events.emit('drift', { ...of, features: [feature], share: 1, isDrifted: true, window });
    const figures = { value: 0.8, lower: 0.7, upper: 0.9, outcomes: 50 };
    admin.events.emit('accuracy', { ...of, metric: 'accuracy', ...figures });
    await told().toBe(0);
    expect(server.metric('Plan 1', 'drift.share')).toEqual([[1, 1]]);
    expect(server.metric('Plan 1', 'live.accuracy.lower')).toEqual([[1, 0.7]]);
    // The window is not in the storage: its report can't be sent, which holds up nothing.
    expect(faults).toMatchObject([{ code: 'request.not-found' }]);
  });

  it.each([
    ['is away', (failing: boolean) => (failing ? server.stop() : server.start())],
    [
      'answers 503',
      async (failing: boolean) => {
        server.failing = failing ? 503 : undefined;
      },
    ],
    [
      'loses its answers',
      async (failing: boolean) => {
        server.failing = failing ? 'drop' : undefined;
      },
    ],
  ])('keeps everything while the server %s, and tells it once, in order', async (_, fail) => {
    await open();
    await fail(true);
    await publish();
    await publish();
    await expect.poll(() => faults.length).toBe(1);
    expect(await admin.storage.tracking.size()).toBeGreaterThan(3);
    await fail(false);
    // A new start does not wait for the pause.
    await opened.pop()!.close();
    again();
    await told().toBe(0);
    expect(server.runs).toHaveLength(1);
    expect(server.models.get('values')!.versions).toHaveLength(2);
    expect(server.metric('Plan 1', 'round.published')).toHaveLength(2);
    expect(faults).toMatchObject([{ code: 'server.unreachable' }]);
  });

  it('ends the run of the plan before, of which it knows no more after a restart', async () => {
    await open();
    let record: RoundRecord | undefined;
    admin.events.on('round-ended', ended => {
      record = ended;
    });
    await publish();
    await told().toBe(0);
    expect(server.run('Plan 1').status).toBe('RUNNING');
    await opened.pop()!.close();
    again();
    admin.events.emit('run-began', run);
    admin.events.emit('round-ended', { ...record!, planVersion: 3 });
    await told().toBe(0);
    expect(server.runs.map(({ name, status }) => [name, status])).toEqual([
      ['Plan 1', 'FINISHED'],
      ['Training run 1', 'RUNNING'],
      ['Plan 3', 'RUNNING'],
    ]);
  });

  it('keeps what waits over a restart, also of a token that is refused', async () => {
    await open({ token: 'wrong' });
    await publish();
    await expect.poll(() => faults.length).toBe(1);
    expect(JSON.stringify(faults)).not.toContain('wrong');
    await opened.pop()!.close();
    again();
    await told().toBe(0);
    expect(server.models.get('values')!.versions).toHaveLength(1);
  });

  it('gives up what the server refuses, and goes on', async () => {
    await open();
    const long = { ...run, why: { ...run.why, reason: 'x'.repeat(100_000) } };
    admin.events.emit('run-began', long);
    admin.events.emit('run-ended', { ...run, id: 'nobody knows', endedAt: 9 });
    await publish();
    await told().toBe(0);
    expect(server.run('Training run 1').tags.get('murmuration.reason')).toHaveLength(8_000);
    expect(server.models.get('values')!.versions).toHaveLength(1);
    expect(faults).toMatchObject([{ code: 'RESOURCE_DOES_NOT_EXIST' }, { code: 'RESOURCE_DOES_NOT_EXIST' }]);
  });

  it('lets figures go, and nothing else, where more waits than may', async () => {
    await open({}, {}, { most: 100 });
    await server.stop();
    for (let i = 0; i < 60; i++) {
      const each = { ...run, id: `run ${i}`, number: i };
      admin.events.emit('run-began', each);
      admin.events.emit('run-ended', { ...each, endedAt: i });
    }
    await expect.poll(() => admin.storage.tracking.size()).toBe(120);
    const kinds = (await admin.storage.tracking.first(1_000)).map(({ operation }) => operation.kind);
    expect(kinds.filter(kind => kind === 'begin')).toHaveLength(60);
    expect(kinds.filter(kind => kind === 'log')).toHaveLength(0);
    await server.start();
  });
});

describe('aliases of MLflow', () => {
  /** Makes a version the champion there. */
  const name = (number: number) => {
    const { versions, aliases } = server.models.get('values')!;
    const found = versions.find(({ tags }) =>
      tags.some(({ key, value }) => key === 'murmuration.version' && value === String(number)),
    );
    aliases.set('champion', found!.version);
  };
  const champion = () => admin.versionAliases.of(admin.task.name).champion;

  it('decide what devices serve where the configuration says so, and are written down', async () => {
    await open({ followAliases: true });
    for (let i = 0; i < 3; i++) await publish();
    await admin.versionAliases.set(admin.task.name, 'champion', 3, 'ann');
    await told().toBe(0);
    await expect.poll(async () => (await admin.storage.tracking.aliases(admin.task.name)).champion).toBe(3);
    name(1);
    await expect.poll(() => champion().number).toBe(1);
    expect(champion().heldBy).toBe('MLflow');
    const [entry] = await admin.storage.audit.list(99, 1);
    expect(entry).toMatchObject({
      action: 'version.alias',
      actor: { name: 'MLflow' },
      changes: [{ field: 'champion', from: 3, to: 1 }],
    });
    // Who changes it here has the last word.
    await admin.versionAliases.set(admin.task.name, 'champion', 2, 'ann');
    await told().toBe(0);
    await expect.poll(async () => (await admin.storage.tracking.aliases(admin.task.name)).champion).toBe(2);
    expect(champion().number).toBe(2);
    expect(faults).toEqual([]);
  });

  it('decide it also the first time, whatever rounds have published since', async () => {
    await open({ followAliases: true });
    for (let i = 0; i < 3; i++) await publish();
    await told().toBe(0);
    name(2);
    await expect.poll(() => champion()).toMatchObject({ number: 2, heldBy: 'MLflow' });
    expect(faults).toEqual([]);
  });

  it('that were sent from here are nobody else’s', async () => {
    await open({ followAliases: true }, {}, { every: 3_600_000 });
    for (let i = 0; i < 2; i++) await publish();
    await admin.versionAliases.set(admin.task.name, 'champion', 1, 'ann');
    await admin.versionAliases.set(admin.task.name, 'champion', null, 'ann');
    await told().toBe(0);
    await publish();
    await told().toBe(0);
    const before = server.asked.length;
    again({ followAliases: true });
    // At the second look the first one is done.
    const looks = () => server.asked.slice(before).filter(each => each.endsWith('registered-models/get'));
    await expect.poll(() => looks().length).toBe(2);
    expect(champion()).toMatchObject({ number: 3, heldBy: null });
  });

  it('decide nothing by default', async () => {
    await open();
    for (let i = 0; i < 2; i++) await publish();
    await admin.versionAliases.set(admin.task.name, 'champion', 2, 'ann');
    await told().toBe(0);
    name(1);
    const before = server.asked.length;
    await publish();
    await told().toBe(0);
    expect(server.asked.slice(before)).not.toContain('POST /api/2.0/mlflow/registered-models/alias');
    expect(champion().number).toBe(2);
  });
});
