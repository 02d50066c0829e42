import type { BelowFloor } from '@murmuration/client-sdk/floors/below-floor';
import type { Floors } from '@murmuration/client-sdk/floors/floors';
import { OutcomeRecord } from '@murmuration/client-sdk/outcomes/outcome-record';
import { predictionId } from '@murmuration/client-sdk/outcomes/prediction-id';
import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { encodeFrame } from '@murmuration/protocol/messages/frame';
import type { MaskingSettings, Plan } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import type { Query } from '@murmuration/protocol/queries/query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { beforeEach, describe, expect, it } from 'vitest';
import { deviceOn, lowFloors, StillTrainer } from '../device.ts';
import { MaskedPeers } from '../masked-peers.ts';
import { assignmentOf, MemoryCoordinator } from '../memory-coordinator.ts';

const masking: MaskingSettings = { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' };
const hour = 3_600_000;
const day = 24 * hour;

let clock: VirtualClock;
let coordinator: MemoryCoordinator;
let trainer: StillTrainer;
let storage: Storage;
let asked: number;

beforeEach(() => {
  clock = new VirtualClock();
  coordinator = new MemoryCoordinator(clock);
  trainer = new StillTrainer();
  storage = memoryStorage();
  asked = 0;
});

const define = (definition: object = {}): Query =>
  defineQuery({
    name: 'taken',
    kind: 'mean',
    least: 0,
    most: 1,
    threshold: 3,
    ...definition,
  } as QueryDefinition);

/** An app that lets its device say 0.75 to the mean called `taken`. */
const answers: Record<string, AnswerOptions> = {
  taken: {
    kinds: ['mean'],
    answer: () => {
      asked += 1;
      return 0.75;
    },
  },
};

/** A device of this storage that has checked in. */
async function waiting(allowed: Record<string, AnswerOptions> | undefined = answers, floors: Floors = {}) {
  const it = deviceOn(
    coordinator,
    clock,
    storage,
    { keyboard: { examples: () => ['a'], trainer, ...(allowed && { answers: allowed }) } },
    1,
    undefined,
    { ...lowFloors, queryThreshold: 3, ...floors },
  );
  const errors: MurmurationError[] = [];
  it.client.on('error', error => errors.push(error));
  const before = coordinator.asked['check-in'].length;
  await it.client.start();
  coordinator.connect();
  // What answers queries is loaded first.
  const checkIns = async () => {
    await clock.advance(0);
    return coordinator.asked['check-in'].length;
  };
  await expect.poll(checkIns).toBeGreaterThan(before);
  await clock.advance(0);
  return { client: it.client, errors };
}

const assignmentFor = (query: Uint8Array, round = 'r1', change: Partial<Plan> = {}): Assignment =>
  assignmentOf(clock, round, { masking, query, ...change });

async function assign(assignment: Assignment): Promise<void> {
  coordinator.send('assignment', assignment);
  await clock.advance(0);
}

/** Everything that the coordinator gives to the device in a round with five others, of whom so many are lost. */
async function play(assignment: Assignment, lost = 0): Promise<MaskedPeers> {
  const peers = new MaskedPeers(assignment, 5, masking);
  const { round, assignment: part } = assignment;
  const feed = async (event: 'roster' | 'bundle' | 'survivors' | 'agreed', message: Uint8Array) => {
    coordinator.send(event, { round, assignment: part, message });
    await clock.advance(0);
  };
  await assign(assignment);
  await feed('roster', peers.roster(coordinator.asked.enrol[0]!.publicKey, sent('keys').at(-1)!));
  await feed('bundle', peers.bundle(sent('shares').at(-1)!));
  await feed('survivors', peers.statement(lost));
  if (lost === 0) await feed('agreed', peers.agreed(peers.statement()));
  return peers;
}

const sent = (event: 'keys' | 'shares' | 'agree' | 'reveal') =>
  coordinator.asked[event].map(({ message }) => message);
const offered = () => coordinator.asked['check-in'].at(-1)!.answers;
const over = async ({ round }: Assignment) => {
  coordinator.send('round-end', {
    round,
    outcome: 'published',
    reason: 'The answers are added up.',
    after: 0,
  });
  await clock.advance(2_000);
};

describe('a device that is asked a query', () => {
  it('QY3: answers once, whatever its name is', async () => {
    const { errors } = await waiting({ constructor: answers.taken! });
    const query = writeQuery(define({ name: 'constructor' }));
    await play(assignmentFor(query));
    expect(errors).toEqual([]);
    expect([asked, coordinator.uploads.length]).toEqual([1, 1]);
    await over(assignmentFor(query));
    await assign(assignmentFor(query, 'r2'));
    expect(errors).toMatchObject([{ code: 'plan.below-floor', floor: 'queryPeriod' }]);
    expect(asked).toBe(1);
  });

  it('tells its app in each phase which one, to the end, and that an answer has left', async () => {
    const { client } = await waiting();
    const told: (readonly [string, string | undefined])[] = [];
    client.on('round', ({ phase, query }) => told.push([phase, query]));
    const left: string[] = [];
    client.on('sent', ({ kind, masked }) => left.push(masked ? `masked ${kind}` : kind));
    const assignment = assignmentFor(writeQuery(define()));
    await play(assignment);
    await over(assignment);
    expect(new Set(told.map(([, query]) => query))).toEqual(new Set(['taken']));
    expect(told.map(([phase]) => phase)).toEqual(
      expect.arrayContaining(['keys', 'shares', 'uploading', 'agreement', 'counted', 'ended']),
    );
    expect(left).toContain('masked answer');
    expect(left).not.toContain('masked update');
  });

  it('QY1: says it in a masked sum alone, and trains nothing', async () => {
    const { errors } = await waiting();
    expect(offered()).toEqual(['taken']);
    const assignment = assignmentFor(writeQuery(define()));
    const peers = await play(assignment);
    const sum = peers.sentBy(coordinator.uploads[0]!.bytes, peers.statement(), sent('reveal')[0]!);
    expect([...sum]).toEqual([750, 563]);
    expect([asked, trainer.trainings, coordinator.downloads]).toEqual([1, 0, 0]);
    expect(errors).toEqual([]);
  });

  it('QY1: says what the app told of predictions, where the app allows just that', async () => {
    const [served, other] = ['a'.repeat(64), 'b'.repeat(64)] as [ModelHash, ModelHash];
    const record = new OutcomeRecord({ storage, task: 'keyboard' as TaskName, clock });
    for (const [count, outcome] of ['accepted', 'ignored', 'accepted'].entries())
      await record.add(predictionId({ model: served, at: clock.now() }, count), outcome);
    const { errors } = await waiting({ live: { kinds: ['outcomes'] } });
    const query = {
      ...defineQuery({ name: 'live', kind: 'outcomes', outcomes: ['accepted'], threshold: 3 }),
      versions: [other, served],
    } as Query;
    const peers = await play(assignmentFor(writeQuery(query)));
    const sum = peers.sentBy(coordinator.uploads[0]!.bytes, peers.statement(), sent('reveal')[0]!);
    // Of each version whether there are any, accepted ones, their square, their product with all, the square of all.
    expect([...sum]).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 4, 4]);
    expect(errors).toEqual([]);
  });

  it('takes no part where nothing was told of the versions that are asked about', async () => {
    const { errors } = await waiting({ live: { kinds: ['outcomes'] } });
    const query = defineQuery({ name: 'live', kind: 'outcomes', outcomes: ['accepted'], threshold: 3 });
    await assign(assignmentFor(writeQuery(query)));
    expect(coordinator.asked.leave.map(({ reason }) => reason)).toEqual(['declined']);
    expect(errors).toEqual([]);
  });

  it('QY3: answers it once a period, and counts that before its answer leaves', async () => {
    await waiting();
    let hadCounted: Uint8Array | undefined;
    coordinator.take = async () => {
      hadCounted = await storage.get('sources');
    };
    const first = assignmentFor(writeQuery(define()));
    await play(first);
    expect(JSON.parse(new TextDecoder().decode(hadCounted))).toHaveProperty('taken');
    await over(first);
    expect(offered()).toBeUndefined();
    // The next check-in after a day.
    const second = assignmentFor(writeQuery(define()), 'r2');
    coordinator.send('round-end', { round: second.round, outcome: 'failed', reason: '', after: 0 });
    coordinator.answers['check-in'] = () => ({ decision: 'later', after: hour, reason: 'later' });
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(day + hour);
    expect(offered()).toEqual(['taken']);
  });

  it('QY3: does not answer it again in its period, whatever the coordinator asks, nor after a restart', async () => {
    const first = await waiting();
    const assignment = assignmentFor(writeQuery(define()));
    await play(assignment);
    await over(assignment);
    const uploads = coordinator.uploads.length;
    await assign(assignmentFor(writeQuery(define()), 'r2'));
    expect(first.errors.at(-1)).toMatchObject({ code: 'plan.below-floor', floor: 'queryPeriod' });
    await first.client.stop();
    const second = await waiting();
    expect(offered()).toBeUndefined();
    // The same name under another definition is the same query.
    await assign(assignmentFor(writeQuery(define({ most: 2 })), 'r3'));
    expect(second.errors.at(-1)).toMatchObject({ code: 'plan.below-floor', floor: 'queryPeriod' });
    expect([coordinator.uploads.length, sent('keys').length, asked]).toEqual([uploads, 1, 1]);
  });

  // biome-ignore format: one refusal a line
  it.each([
    ['the app has not allowed', 'queries', writeQuery(define({ name: 'other' })), {}],
    ['is of a kind that the app has not allowed', 'queries', writeQuery(define({ kind: 'sum' })), {}],
    ['is of a kind that the SDK does not know', 'queries', encodeFrame({ ...define(), kind: 'spy' }), {}],
    ['is no query', 'queries', Uint8Array.of(1, 2, 3), {}],
    ['shows what too few devices say', 'queryThreshold', writeQuery(define()), { queryThreshold: 4 }],
    ['asks too often', 'queryPeriod', writeQuery(define({ period: '1 h' })), { queryPeriod: 2 * hour }],
  ])('QY2: refuses one that %s, tells the app why, and the coordinator nothing', async (_, floor, query, floors) => {
    const { errors } = await waiting(answers, floors);
    await assign(assignmentFor(query));
    expect(errors.map(error => [error.code, (error as BelowFloor).floor])).toEqual([['plan.below-floor', floor]]);
    expect(coordinator.asked.leave.map(({ reason }) => reason)).toEqual(['declined']);
    expect([sent('keys').length, asked]).toEqual([0, 0]);
  });

  it('QY2: refuses one whose plan has no masks', async () => {
    const { errors } = await waiting(answers, { masking: 'off' });
    await assign(assignmentFor(writeQuery(define()), 'r1', { masking: null }));
    expect(errors).toMatchObject([{ code: 'plan.below-floor', floor: 'masking' }]);
    expect(coordinator.uploads).toEqual([]);
  });

  it('QY2: refuses every one where the app allows none', async () => {
    const { errors } = await waiting({});
    expect(offered()).toBeUndefined();
    await assign(assignmentFor(writeQuery(define())));
    expect(errors).toMatchObject([{ code: 'plan.below-floor', floor: 'queries' }]);
  });

  it('QY4: signs for no sum of fewer devices than the threshold of the query', async () => {
    const { errors } = await waiting();
    await play(assignmentFor(writeQuery(define({ threshold: 6 }))), 1);
    expect(errors.map(({ code }) => code)).toEqual(['secagg.too-few']);
    expect(sent('agree')).toEqual([]);
  });

  it('takes no part where the app has no answer, says nothing of it, and goes on', async () => {
    const { errors, client } = await waiting({ taken: { kinds: ['mean'], answer: () => undefined } });
    const waits: string[] = [];
    client.on('wait', ({ reason }) => waits.push(reason));
    await assign(assignmentFor(writeQuery(define())));
    expect(errors).toEqual([]);
    expect(waits).toEqual(['The app has no answer to the query "taken" now.']);
    expect(coordinator.asked.leave.map(({ reason }) => reason)).toEqual(['declined']);
    await clock.advance(20_000);
    expect(coordinator.asked['check-in']).toHaveLength(2);
    expect(offered()).toBeUndefined();
  });

  it('sends no answer of another kind than that of the query, and says so', async () => {
    const { errors } = await waiting({ taken: { kinds: ['mean'], answer: async () => true } });
    await assign(assignmentFor(writeQuery(define())));
    expect(errors.map(({ code }) => code)).toEqual(['options.invalid']);
    expect([sent('keys').length, coordinator.uploads.length]).toEqual([0, 0]);
  });
});
