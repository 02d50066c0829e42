import { openLineage } from '@murmuration/coordinator/assembly/lineage';
import { OpenResources } from '@murmuration/coordinator/assembly/open-resources';
import type { LineageEvent } from '@murmuration/lifecycle/tracking/openlineage/run-event';
import { trackingSchema } from '@murmuration/lifecycle/tracking/settings';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { PrecomputedRun } from '@murmuration/rounds/events/precomputed-run';
import type { TrainingRun } from '@murmuration/rounds/events/training-run';
import type { Stores } from '@murmuration/storage/storage';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { deviceId, updateOf } from '../../server/federation.ts';
import { type Admin, openAdmin } from '../../server/http/admin.ts';
import { storageFolders } from '../../storage/folders.ts';
import { facetOf, LineageServer, namesOf } from './lineage-server.ts';

const folders = storageFolders();
let server: LineageServer;
let admin: Admin;
let storage: Pick<Stores, 'lineage'>;
let metrics: Registry;
let faults: { code?: string; message: string }[];
let opened: { close(): Promise<void> }[];

beforeEach(async () => {
  server = await LineageServer.open('a secret token');
  opened = [];
  faults = [];
});
afterEach(async () => {
  for (const each of opened) await each.close();
  await admin.close();
  await server.stop();
});

async function open(settings: object = {}, kept?: Pick<Stores, 'lineage'>, most?: number): Promise<void> {
  admin = await openAdmin();
  storage = kept ?? admin.storage;
  admin.events.on('fault', (_, error) => faults.push(error as Error));
  again(settings, most);
  await admin.rounds.start();
  await admin.clock.advance(0);
}

/** Tells as a coordinator does that begins now. */
function again(settings: object = {}, most?: number): void {
  const openLineageSettings = { url: server.url, token: 'a secret token', ...settings };
  metrics = new Registry();
  // The server is a real one: its answers take real time.
  const clock = systemClock;
  const running = new OpenResources(clock);
  opened.push(running);
  openLineage(
    {
      config: { tracking: trackingSchema.parse({ openLineage: openLineageSettings }) },
      storage: { history: admin.history, lineage: storage.lineage },
      events: admin.events,
      metrics,
      clock,
      random: seededRandom(3),
      opened: running,
    },
    admin,
    most,
  );
}

/** Closes, with what has happened until then kept. */
async function close(): Promise<void> {
  await opened.pop()!.close();
}

const cohort = [0, 1, 2, 3, 4].map(deviceId);

/** A round in which three devices train; over when it returns. */
async function publish(delta = [1, 0, 0, 0]): Promise<void> {
  const given = () => cohort.map(device => admin.channel.assignments.get(device)?.assignment);
  const before = given();
  const ended = new Promise(resolve => admin.events.once('round-ended', resolve));
  for (const device of cohort) admin.checkIn(device);
  await admin.clock.advance(0);
  await expect.poll(() => given().every((each, at) => each !== before[at])).toBe(true);
  const { current } = admin.rounds;
  for (const assignment of given().slice(0, 3)) await current!.accept(assignment!, updateOf(delta));
  await ended;
  await admin.clock.advance(0);
}

const told = (events: number) => expect.poll(() => server.events.length).toBe(events);
const version = async (number: number) => (await admin.history.at(admin.task.name, number))!.version;
const run: TrainingRun = {
  id: 'r'.repeat(22),
  task: 'values' as never,
  number: 1,
  why: { trigger: 'drift', reason: 'length drifted', figures: {}, at: 5_000 },
  startedAt: 6_000,
  endedAt: null,
  ending: null,
  rounds: 0,
  failed: 0,
  metrics: null,
};

describe('OpenLineage events', () => {
  it('tell of each round which version it trained from, and which it made', async () => {
    await open();
    await publish();
    await publish();
    await told(4);
    expect(server.breaches).toEqual([]);
    expect(server.states('round.values')).toEqual(['START', 'COMPLETE', 'START', 'COMPLETE']);
    const [began, first, , second] = server.events;
    expect(first!.run.runId).toBe(began!.run.runId);
    expect(second!.run.runId).not.toBe(first!.run.runId);
    expect(first!.job.namespace).toBe('murmuration');
    expect([namesOf(began!.inputs), namesOf(began!.outputs)]).toEqual([['models/values/0'], []]);
    expect([namesOf(first!.inputs), namesOf(first!.outputs)]).toEqual([
      ['models/values/0'],
      ['models/values/1'],
    ]);
    expect([namesOf(second!.inputs), namesOf(second!.outputs)]).toEqual([
      ['models/values/1'],
      ['models/values/2'],
    ]);
    const { facets } = second!.outputs[0]!;
    const made = await version(2);
    expect(facetOf(facets, 'version')).toEqual({ datasetVersion: made.model });
    expect(facetOf(facets, 'murmuration_version')).toEqual({
      number: 2,
      round: made.round,
      strategy: 'fedAvg',
      plan: 1,
      contributors: 3,
      metrics: {},
    });
    expect(facetOf(second!.run.facets, 'murmuration_round')).toMatchObject({ number: 2, contributors: 3 });
    expect(facetOf(second!.job.facets, 'jobType')).toMatchObject({
      processingType: 'BATCH',
      jobType: 'ROUND',
    });
    expect(faults).toEqual([]);
  });

  it('tell a version from the one before it, where the round moved nothing', async () => {
    await open();
    await publish([0, 0, 0, 0]);
    await told(2);
    expect((await version(1)).model).toBe((await version(0)).model);
    const { inputs, outputs } = server.last('round.values');
    expect([namesOf(inputs), namesOf(outputs)]).toEqual([['models/values/0'], ['models/values/1']]);
  });

  it('tell of figures and ε of a version, where they are known and JSON has them', async () => {
    await open();
    const statement = { holds: true, epsilon: 2.5, delta: 1e-6 };
    const figures = { loss: 0.5, worst: Number.NaN };
    const privacy = { budget: 'b', step: 0, statement, norm: 1, noiseNorm: 1 } as never;
    admin.events.emit('version', {
      ...(await version(0)),
      number: 1,
      run: run.id,
      metrics: figures,
      privacy,
    });
    await told(1);
    const [{ eventType, outputs }] = server.events as [(typeof server.events)[0]];
    expect(eventType).toBe('RUNNING');
    expect(facetOf(outputs[0]!.facets, 'murmuration_version')).toMatchObject({
      metrics: { loss: 0.5 },
      epsilon: 2.5,
      delta: 1e-6,
    });
    expect(server.breaches).toEqual([]);
  });

  it.each([
    ['target', 'COMPLETE', undefined],
    ['failures', 'FAIL', 'So it was.'],
    ['stopped', 'ABORT', 'So it was.'],
  ] as const)(
    'tell of a training run that ends by %s as %s, with its rounds as parts',
    async (reason, state, error) => {
      await open();
      admin.events.emit('run-began', run);
      await publish();
      const [record] = await admin.history.rounds(admin.task.name, 9, 1);
      const made = { ...(await version(1)), run: run.id };
      admin.events.emit('version', made);
      admin.events.emit('round-ended', { ...record!, run: run.id });
      const ending = { reason, text: 'So it was.' };
      admin.events.emit('run-ended', { ...run, rounds: 1, endedAt: 9_000, ending, model: made.model });
      await told(7);
      expect(server.breaches).toEqual([]);
      expect(server.states('training.values')).toEqual(['START', 'RUNNING', state]);
      const ofRun = server.events.filter(each => each.job.name === 'training.values');
      const [began, running, ended] = ofRun;
      expect(new Set(ofRun.map(each => each.run.runId)).size).toBe(1);
      expect(began!.eventTime).toBe('1970-01-01T00:00:06.000Z');
      expect(ended!.eventTime).toBe('1970-01-01T00:00:09.000Z');
      expect(namesOf(began!.inputs)).toEqual(['models/values/0']);
      expect(namesOf(running!.outputs)).toEqual(['models/values/1']);
      expect(namesOf(ended!.outputs)).toEqual(['models/values/1']);
      expect(facetOf(began!.run.facets, 'nominalTime')).toEqual({
        nominalStartTime: '1970-01-01T00:00:05.000Z',
      });
      expect(facetOf(ended!.run.facets, 'murmuration_training')).toMatchObject({
        trigger: 'drift',
        reason: 'length drifted',
        rounds: 1,
        ending: reason,
      });
      expect(facetOf(ended!.run.facets, 'errorMessage').message).toBe(error);
      expect(facetOf(server.last('round.values').run.facets, 'parent')).toEqual({
        run: { runId: began!.run.runId },
        job: { namespace: 'murmuration', name: 'training.values' },
      });
    },
  );

  it('tell of a round that failed why it did, and whether an operator wanted that', async () => {
    await open();
    await admin.clock.advance(10_000);
    await told(2);
    expect(server.states('round.values')).toEqual(['START', 'FAIL']);
    expect(facetOf(server.last('round.values').run.facets, 'errorMessage').message).toMatch(/./);
    expect(server.last('round.values').outputs).toEqual([]);
    const [record] = await admin.history.rounds(admin.task.name, 9, 1);
    const failure = { during: 'gathering', reason: 'Ann ended it.', endedBy: 'operator' } as const;
    admin.events.emit('round-ended', { ...record!, round: 'o'.repeat(22) as never, failure });
    await told(4);
    expect(server.last('round.values').eventType).toBe('ABORT');
  });

  it('tell of what devices serve when somebody says so, once', async () => {
    await open();
    await publish();
    await publish();
    await admin.versionAliases.set(admin.task.name, 'champion', 1, 'ann');
    await admin.versionAliases.set(admin.task.name, 'favourite', 2, 'ann');
    await admin.versionAliases.set(admin.task.name, 'champion', 2, 'ann');
    await told(8);
    expect(server.breaches).toEqual([]);
    const promotions = server.events.filter(each => each.job.name === 'promotion.values');
    expect(
      promotions.map(each => [each.eventType, ...namesOf(each.inputs), ...namesOf(each.outputs)]),
    ).toEqual([
      ['START', 'models/values/1'],
      ['COMPLETE', 'models/values/1', 'champions/values'],
      ['START', 'models/values/2'],
      ['COMPLETE', 'models/values/2', 'champions/values'],
    ]);
    expect(facetOf(promotions[3]!.outputs[0]!.facets, 'version')).toEqual({
      datasetVersion: (await version(2)).model,
    });
    expect(facetOf(promotions[3]!.run.facets, 'murmuration_promotion')).toEqual({
      number: 2,
      by: 'operator',
    });
    // Who it was is nobody's business there.
    expect(JSON.stringify(server.events)).not.toContain('ann');
  });

  it('tell of precompute runs, also of one that was stopped, in their namespace', async () => {
    await open({ namespace: 'phones', url: `${server.url}/` });
    const counts = { read: 3, computed: 2, reused: 1, failed: 0 };
    const done: PrecomputedRun = {
      job: 'suggestions',
      task: admin.task.name,
      version: 0,
      beganAt: 1_000,
      endedAt: 2_000,
      error: null,
      isStopped: false,
      counts,
    };
    admin.events.emit('precomputed', done);
    admin.events.emit('precomputed', { ...done, endedAt: 3_000, error: 'It stops.', isStopped: true });
    admin.events.emit('precomputed', { ...done, version: null, endedAt: 4_000, error: 'No database.' });
    await told(6);
    expect(server.breaches).toEqual([]);
    expect(server.states('precompute.suggestions')).toEqual([
      'START',
      'COMPLETE',
      'START',
      'ABORT',
      'START',
      'FAIL',
    ]);
    const [, first, , , , last] = server.events;
    expect(namesOf(first!.inputs)).toEqual(['models/values/0']);
    expect(namesOf(first!.outputs)).toEqual(['precomputed/suggestions']);
    expect(facetOf(first!.run.facets, 'murmuration_precompute')).toEqual(counts);
    expect([last!.inputs, last!.outputs]).toEqual([[], []]);
    const spaces = server.events.flatMap(({ job, inputs, outputs }) => [job, ...inputs, ...outputs]);
    expect(new Set(spaces.map(({ namespace }) => namespace))).toEqual(new Set(['phones']));
    expect(new Set(server.events.map(each => each.run.runId)).size).toBe(3);
  });

  it('say nothing of queries, which train nothing', async () => {
    await open();
    await publish();
    await told(2);
    const [record] = await admin.history.rounds(admin.task.name, 9, 1);
    admin.events.emit('round-ended', { ...record!, query: 'ages' });
    await admin.versionAliases.set(admin.task.name, 'champion', 1, 'ann');
    await told(4);
    expect(server.states('round.values')).toEqual(['START', 'COMPLETE']);
  });
});

describe('a server of OpenLineage events', () => {
  it.each([
    ['is away', (failing: boolean) => (failing ? server.stop() : server.start())],
    [
      'answers 503',
      async (failing: boolean) => {
        server.failing = failing ? 503 : undefined;
      },
    ],
    [
      'has nothing at the path',
      async (failing: boolean) => {
        server.failing = failing ? 404 : undefined;
      },
    ],
    [
      'loses its answers',
      async (failing: boolean) => {
        server.failing = failing ? 'drop' : undefined;
      },
    ],
  ])('that %s is told all of it, in order, after a restart', async (_, fail) => {
    await open({}, await folders.open());
    await fail(true);
    await publish();
    await publish();
    await expect.poll(() => storage.lineage.size()).toBe(4);
    await expect.poll(() => faults.length).toBe(1);
    await close();
    storage = await folders.reopen();
    expect(await storage.lineage.size()).toBe(4);
    await fail(false);
    again();
    await expect.poll(() => storage.lineage.size()).toBe(0);
    // What was told twice is the same to the letter, and so of the same run.
    const texts = new Set(server.events.map(each => JSON.stringify(each)));
    const told = Array.from(texts, text => JSON.parse(text) as LineageEvent);
    expect(told.map(each => each.eventType)).toEqual(['START', 'COMPLETE', 'START', 'COMPLETE']);
    expect(told.flatMap(each => namesOf(each.outputs))).toEqual(['models/values/1', 'models/values/2']);
    expect(faults).toMatchObject([{ code: 'server.unreachable' }]);
  });

  it('that refuses the token is told later, and the token is in no fault', async () => {
    await open({ token: 'the wrong one' });
    await publish();
    await expect.poll(() => faults.length).toBe(1);
    expect(faults[0]).toMatchObject({ code: 'server.unreachable', message: expect.stringContaining('401') });
    expect(JSON.stringify(faults) + faults[0]!.message).not.toContain('wrong one');
    await close();
    again();
    await told(2);
  });

  it('that refuses an event is told the others, and the reason is in the log', async () => {
    await open();
    server.refuses = ({ eventType, outputs }) =>
      eventType === 'COMPLETE' && namesOf(outputs).includes('models/values/1');
    await publish();
    await publish();
    await told(3);
    expect(server.events.map(each => each.eventType)).toEqual(['START', 'START', 'COMPLETE']);
    expect(faults).toHaveLength(1);
    const [{ message }] = faults as [Error];
    expect(message).toContain('does not take COMPLETE of ');
    expect(message).toContain(`${server.events[0]!.run.runId} of round.values: I do not like it.`);
    await expect.poll(() => storage.lineage.size()).toBe(0);
  });

  it('that stays away is not told of the oldest rounds, where more waits than may', async () => {
    await open({}, undefined, 100);
    await server.stop();
    await publish();
    const [head] = await admin.history.versions(admin.task.name, 9, 1);
    for (let i = 0; i < 60; i++) {
      const each = { ...run, id: `run ${i}`, number: i };
      admin.events.emit('run-began', each);
      admin.events.emit('version', { ...head!, run: each.id });
      admin.events.emit('run-ended', { ...each, endedAt: i });
    }
    await expect.poll(() => faults.filter(({ message }) => /too many wait/.test(message)).length).toBe(62);
    const states = (await storage.lineage.first(1_000)).map(({ operation }) => operation.event.eventType);
    expect(states).toEqual(Array.from({ length: 60 }, () => ['START', 'COMPLETE']).flat());
    expect(await metrics.metrics()).toContain('murmuration_lineage_waiting 120');
    await server.start();
  });
});
