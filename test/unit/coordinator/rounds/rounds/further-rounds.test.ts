import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { offerOf } from '@murmuration/protocol/queries/offer';
import type { NgramsQuery, Query } from '@murmuration/protocol/queries/query';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import { type Answer, queryForm } from '@murmuration/protocol/queries/vector';
import { mostAttempts } from '@murmuration/rounds/rounds/further-round';
import { countedNgrams } from '@murmuration/rounds/rounds/ngram-chain';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';
import { afterEach, describe, expect, it } from 'vitest';
import { codeOfPromise } from '../../../codes.ts';
import { type Federation, openFederation } from '../../server/federation.ts';
import { MaskedDevice } from '../../server/masked-device.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const phrases = defineQuery({
  name: 'phrases',
  kind: 'ngrams',
  threshold: 3,
  classes: 8,
  firstClass: 2,
  values: 50,
  sketches: [{ rows: 3, buckets: 128 }],
}) as NgramsQuery;
const texts = defineQuery({
  name: 'texts',
  kind: 'heavy-hitters',
  threshold: 3,
  values: 4,
  texts: 10,
  buckets: 64,
  bytes: 8,
});
const counted = defineQuery({ name: 'counted', kind: 'count', threshold: 3 });

const devices = 4;
/** Many enough that each round of a chain can fail as often as it is asked by itself. */
const all = 4 * devices;

let federation: Federation;
let everybody: MaskedDevice[];
let store: MemoryRounds;
let kept: Federation['kept'] | undefined;
/** By its offer, who has answered: no device does so twice. */
let answered: Map<string, Set<MaskedDevice>>;

afterEach(() => federation.rounds.stop());

const task = (query: Query): Partial<TaskDefinition> => ({
  masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
  update: { kind: 'ring', clip: 2, bits: 12, weightCap: 4 },
  cohort: { goal: devices, minimum: devices, overSelection: 1 },
  deadlines: { gathering: '10 s', messages: '60 s', updates: '60 s', grace: '2 s' },
  queries: [query],
});

async function open(query: Query, answer: Answer): Promise<void> {
  [store, answered, kept] = [new MemoryRounds(), new Map(), undefined];
  await begin(query);
  everybody = Array.from({ length: all }, (_, index) => {
    const device = new MaskedDevice(federation, index);
    device.answer = answer;
    return device;
  });
}

async function begin(query: Query, seed = 1): Promise<void> {
  federation = await openFederation({
    store,
    seed,
    task: task(query),
    ...(kept && { left: kept }),
  });
  kept = federation.kept;
  federation.rounds.pause();
}

/** The coordinator is killed, and so are the devices of the round under way, which forget it. */
async function restart(query: Query): Promise<void> {
  await resume(query);
  await federation.rounds.start();
  await federation.clock.advance(0);
}

/** As `restart`, but no round begins yet. */
async function resume(query: Query): Promise<void> {
  await federation.rounds.suspend();
  const saved = await store.underWay();
  await begin(query, 2);
  await federation.rounds.resume(saved);
}

/** What the round under way asks for. */
const asked = () => {
  const query = federation.rounds.current && queryOf(federation.rounds.current.terms.plan);
  return query && offerOf(query);
};

/** Devices that have not answered the round under way check in for it; as many as a cohort. */
async function gather(): Promise<MaskedDevice[]> {
  const offer = asked()!;
  const before = answered.get(offer) ?? new Set();
  const now = everybody.filter(device => !before.has(device)).slice(0, devices);
  answered.set(offer, new Set([...before, ...now]));
  for (const device of now) {
    device.follow(federation);
    federation.checkIn(device.id, [offer]);
  }
  await federation.clock.advance(0);
  return now;
}

async function step(now: readonly MaskedDevice[], steps: number): Promise<void> {
  for (let i = 0; i < steps; i++)
    for (const device of now)
      expect(['nothing thrown', 'round.closed']).toContain(await codeOfPromise(device.step()));
}

/** A whole round. */
async function finish(now: readonly MaskedDevice[]): Promise<void> {
  await step(now, 5);
  await federation.clock.advance(0);
}

/** Nobody is heard of any more: the round is over at its deadlines. */
async function lose(): Promise<void> {
  const rounds = federation.records.length;
  for (let i = 0; i < 200 && federation.records.length === rounds; i++) await federation.clock.advance(5_000);
  expect(federation.records.length).toBe(rounds + 1);
}

const standing = () => federation.rounds.standingOf(federation.rounds.task.queries[0]!);
const results = (query: Query) => federation.queryResults.results(federation.task.name, query.name, 1e9, 99);
const found = () =>
  countedNgrams(federation.rounds.task, phrases.name, federation.queryResults, federation.clock.now());

const said = [[2, 3, 2, 4]];

describe('a round of n-grams that was under way when its coordinator and its devices were killed', () => {
  const moments = ['keys', 'shares', 'updates', 'agreement', 'unmasking'] as const;
  // biome-ignore format: a round of the chain a line
  it.each([2, 3].flatMap(round => moments.map((moment, steps) => [round, moment, steps] as const)))(
    'QY14: is asked again of others: round %i, in its %s',
    async (round, moment, steps) => {
      await open(phrases, said);
      await federation.rounds.start();
      federation.rounds.ask('phrases');
      await federation.clock.advance(0);
      for (let number = 1; number < round; number++) await finish(await gather());
      const offer = asked();
      await step(await gather(), steps);
      expect(federation.rounds.current!.state.phase).toBe(moment);
      await restart(phrases);
      expect(asked()).toBe(offer);
      await lose();
      const [failed] = await results(phrases);
      expect(failed).toMatchObject({ figures: null, failure: expect.stringMatching(/\w/) });
      // The same round, and by itself, though the task is paused.
      await federation.clock.advance(0);
      expect(asked()).toBe(offer);
      for (; asked() && federation.rounds.isUnderWay; ) await finish(await gather());
      expect((await found())?.counts).toEqual([3, 3]);
      expect(federation.faults).toEqual([]);
    },
  );

  it('goes on as the same round where no cohort was drawn yet', async () => {
    await open(phrases, said);
    await federation.rounds.start();
    federation.rounds.ask('phrases');
    await federation.clock.advance(0);
    await finish(await gather());
    const { id } = federation.rounds.current!.terms;
    await restart(phrases);
    expect(federation.rounds.current!.terms.id).toBe(id);
    for (; federation.rounds.isUnderWay; ) await finish(await gather());
    expect((await found())?.counts).toEqual([3, 3]);
  });

  it.each(['ask', 'askLastingly'] as const)(
    'is asked again by a command that came between its end and the first round (%s)',
    async ask => {
      await open(phrases, said);
      await federation.rounds.start();
      federation.rounds.ask('phrases');
      await federation.clock.advance(0);
      await gather();
      await resume(phrases);
      await lose();
      await federation.rounds[ask]('phrases');
      await federation.clock.advance(minute);
      expect(federation.rounds.isUnderWay).toBe(false);
      await federation.rounds.start();
      await federation.clock.advance(0);
      for (; federation.rounds.isUnderWay; ) await finish(await gather());
      expect((await found())?.counts).toEqual([3, 3]);
    },
  );

  it('is asked again where it was recorded as failed at the start, since the task can’t go on with it', async () => {
    await open(phrases, said);
    await federation.rounds.start();
    federation.rounds.ask('phrases');
    await federation.clock.advance(0);
    await finish(await gather());
    await gather();
    await federation.rounds.suspend();
    const saved = await store.underWay();
    await begin(phrases, 2);
    const damaged = {
      ...saved[0]!,
      terms: { ...saved[0]!.terms, plan: { ...saved[0]!.terms.plan, model: '0'.repeat(64) } },
    };
    await federation.rounds.resume([damaged as (typeof saved)[0]]);
    await federation.rounds.start();
    await federation.clock.advance(0);
    expect((await results(phrases))[0]).toMatchObject({
      figures: null,
      failure: expect.stringMatching(/restart/),
    });
    expect(asked()).toBe('phrases--2');
    for (; federation.rounds.isUnderWay; ) await finish(await gather());
    expect((await found())?.counts).toEqual([3, 3]);
  });
});

describe('a further round of a query that fails', () => {
  it('is asked so often by itself, then by command, and with its period the query begins anew', async () => {
    await open(phrases, said);
    await federation.rounds.start();
    federation.rounds.ask('phrases');
    await federation.clock.advance(0);
    const startedAt = federation.clock.now();
    await finish(await gather());
    for (let failures = 0; failures < mostAttempts; failures++) {
      expect(asked()).toBe('phrases--2');
      expect(standing().further).toBeUndefined();
      await lose();
      await federation.clock.advance(0);
    }
    const until = startedAt + day;
    expect(federation.rounds.isUnderWay).toBe(false);
    expect(standing().further).toMatchObject({ number: 2, of: 3, failures: mostAttempts, until });
    // What was found until then counts.
    expect((await found())?.counts).toEqual([3]);
    // A restart does not ask more often.
    await restart(phrases);
    expect(federation.rounds.isUnderWay).toBe(false);
    federation.rounds.ask('phrases');
    await federation.clock.advance(0);
    expect(asked()).toBe('phrases--2');
    await lose();
    expect(standing().further).toMatchObject({ failures: mostAttempts + 1 });
    await federation.clock.advance(until - federation.clock.now());
    expect(standing().further).toBeUndefined();
    federation.rounds.ask('phrases');
    await federation.clock.advance(0);
    expect(asked()).toBe('phrases');
  });

  it('QY8: is asked again of heavy hitters as well', async () => {
    await open(texts, { texts: ['omw'], times: 1 });
    await federation.rounds.start();
    federation.rounds.ask('texts');
    await federation.clock.advance(0);
    await finish(await gather());
    await step(await gather(), 2);
    await restart(texts);
    await lose();
    await federation.clock.advance(0);
    expect(asked()).toBe('texts--2');
    await finish(await gather());
    expect((await results(texts))[0]!.figures).toMatchObject({
      kind: 'heavy-hitters',
      texts: [{ text: 'omw' }],
    });
    expect(federation.rounds.isUnderWay).toBe(false);
  });

  it('says that devices answer once in the period, where too few are left that would answer', async () => {
    await open(phrases, said);
    await federation.rounds.start();
    federation.rounds.ask('phrases');
    await federation.clock.advance(0);
    await finish(await gather());
    await lose();
    const [{ failure } = { failure: null }] = await results(phrases);
    expect(failure).toBe(
      '0 of at least 4 devices that would answer had checked in at the deadline: a device answers once in the period of the query.',
    );
  });

  it('is not asked of a query that has one round', async () => {
    await open(counted, true);
    await federation.rounds.start();
    federation.rounds.ask('counted');
    await federation.clock.advance(0);
    await lose();
    await federation.clock.advance(minute);
    expect(federation.records).toHaveLength(1);
    expect(standing()).toMatchObject({ isWanted: false });
    expect(queryForm(counted, devices).elements).toBe(1);
  });
});
