import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import type { Query } from '@murmuration/protocol/queries/query';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import { type Answer, encodeAnswer } from '@murmuration/protocol/queries/vector';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import '../../../../property-seed.ts';
import { codeOf, codeOfPromise } from '../../../codes.ts';
import { type Federation, openFederation } from '../../server/federation.ts';
import { MaskedDevice } from '../../server/masked-device.ts';

const minute = 60_000;
const hour = 3_600_000;
const day = 24 * hour;
let federation: Federation;
let store: MemoryRounds;

afterEach(() => federation.rounds.stop());

const define = (definition: object): Query =>
  defineQuery({ name: 'asked', threshold: 3, ...definition } as QueryDefinition);

const counted = define({ kind: 'count' });
const rare = define({ name: 'rare', kind: 'count' });

const taskOf = (queries: TaskDefinition['queries'], devices: number): Partial<TaskDefinition> => ({
  masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
  update: { kind: 'ring', clip: 2, bits: 12, weightCap: 4 },
  cohort: { goal: Math.max(3, devices), minimum: 3, overSelection: 1 },
  deadlines: { gathering: '10 s', messages: '60 s', updates: '60 s', grace: '2 s' },
  queries,
});

/** Devices of a paused task, which wait for its queries. */
async function open(queries: TaskDefinition['queries'], answers: readonly Answer[]): Promise<MaskedDevice[]> {
  store = new MemoryRounds();
  federation = await openFederation({ store, task: taskOf(queries, answers.length) });
  federation.rounds.pause();
  await federation.rounds.start();
  return answers.map((answer, index) => {
    const device = new MaskedDevice(federation, index);
    device.answer = answer;
    return device;
  });
}

async function ask(name: string, devices: readonly MaskedDevice[]): Promise<void> {
  federation.rounds.ask(name);
  await federation.clock.advance(0);
  for (const { id } of devices) federation.checkIn(id, [name]);
  await federation.clock.advance(0);
}

/** Sends what comes next, which may come too late. */
async function stepped(device: MaskedDevice): Promise<void> {
  const code = await codeOfPromise(device.step());
  expect(['nothing thrown', 'round.closed']).toContain(code);
}

/** Everybody sends what it can until the round is over; `silent`: after how many messages each says nothing more. */
async function finish(devices: readonly MaskedDevice[], silent: readonly number[] = []): Promise<void> {
  const rounds = federation.records.length;
  for (let time = 0; time < 12 && federation.records.length === rounds; time++) {
    for (let step = 0; step < 6; step++)
      for (const [i, device] of devices.entries())
        if (time * 6 + step < (silent[i] ?? 99)) await stepped(device);
    await federation.clock.advance(0);
    if (federation.records.length === rounds) await federation.clock.advance(minute);
  }
}

const results = (name = 'asked') => federation.queryResults.results(federation.task.name, name, 1e9, 10);

describe('a query', () => {
  it('QY5: is asked those alone who would answer it, in a round of the task that makes no version', async () => {
    const devices = await open([counted], [true, true, false, true]);
    const others = [7, 8, 9].map(index => new MaskedDevice(federation, index));
    await ask('asked', []);
    for (const { id } of others) federation.checkIn(id);
    for (const { id } of devices) federation.checkIn(id, ['asked']);
    await federation.clock.advance(0);
    expect(federation.pool.size).toBe(3);
    await finish(devices);
    const [record] = federation.records;
    expect(record).toMatchObject({ outcome: 'published', model: null, query: 'asked', number: 1 });
    expect(await results()).toEqual([
      {
        task: 'values',
        query: counted,
        round: record!.round,
        number: 1,
        startedAt: record!.startedAt,
        endedAt: record!.endedAt,
        devices: 4,
        figures: { kind: 'count', count: 3, share: expect.objectContaining({ value: 0.75 }) },
        failure: null,
      },
    ]);
    expect((await federation.registry.current(federation.task.name)).newest).toBe(0);
    expect(await store.underWay()).toEqual([]);
    expect(federation.channel.ends.map(({ end }) => end.outcome)).toEqual(Array(4).fill('published'));
  });

  it('QY6: shows nothing where too few devices answer, but that', async () => {
    const devices = await open([define({ kind: 'count', threshold: 4 })], [true, true, true, true]);
    await ask('asked', devices.slice(0, 3));
    await federation.clock.advance(minute);
    const [result] = await results();
    expect(result).toMatchObject({ devices: null, figures: null });
    expect(result!.failure).not.toBe(null);
    expect(federation.records[0]).toMatchObject({ outcome: 'failed', query: 'asked' });
  });

  it('QY6: shows nothing where so many are lost that fewer than its threshold are in the sum', async () => {
    const devices = await open([define({ kind: 'count', threshold: 6 })], Array(6).fill(true));
    await ask('asked', devices);
    await finish(devices, [2]);
    expect(await results()).toMatchObject([{ devices: null, figures: null }]);
  });

  it('QY1: says of any cohort, losses and bounds what the plain computation on the same devices says', async () => {
    const item = fc.constantFrom('ash', 'birch', 'cedar', 'weed');
    const cases = fc.oneof(
      fc.record({ query: fc.constant(counted), one: fc.constant(fc.boolean()) }),
      fc
        .tuple(fc.integer({ min: -1_000, max: 1_000 }), fc.integer({ min: 1, max: 2_000 }))
        .chain(([least, width]) =>
          fc.record({
            query: fc
              .constantFrom('sum', 'mean')
              .map(kind => define({ kind, least, most: least + width, levels: 37 })),
            one: fc.constant(fc.double({ min: least, max: least + width, noNaN: true })),
          }),
        ),
      fc.record({
        query: fc.constant(
          define({ kind: 'histogram', bins: { relative: 0.3, least: 1, most: 100 }, values: 3 }),
        ),
        one: fc.constant(fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 3 })),
      }),
      fc.record({
        query: fc.constant(define({ kind: 'top', items: ['ash', 'birch', 'cedar'], values: 4 })),
        one: fc.constant(fc.array(item, { maxLength: 4 })),
      }),
      fc.record({
        query: fc.constant(define({ kind: 'distinct', buckets: 64, values: 4 })),
        one: fc.constant(fc.array(item, { maxLength: 4 })),
      }),
    );
    const scene = cases.chain(({ query, one }) =>
      fc.record({
        query: fc.constant(query),
        answers: fc.array(one as fc.Arbitrary<Answer>, { minLength: 4, maxLength: 8 }),
        lost: fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 1 }),
        after: fc.integer({ min: 1, max: 5 }),
      }),
    );
    let shown = 0;
    await fc.assert(
      fc.asyncProperty(scene, async ({ query, answers, lost, after }) => {
        const devices = await open([query], answers);
        await ask('asked', devices);
        await finish(
          devices,
          answers.map((_, i) => (lost.some(each => each % answers.length === i) ? after : 99)),
        );
        const [result] = await results();
        const inTheSum = devices.filter(({ acknowledged }) => acknowledged.size > 0);
        await federation.rounds.stop();
        if (!result?.figures) return;
        shown += 1;
        const plain = inTheSum.map(({ answer }) => encodeAnswer(query, answer));
        const sum = plain[0]!.map((_, i) => plain.reduce((all, each) => all + each[i]!, 0));
        expect(result.devices).toBe(plain.length);
        expect(result.figures).toEqual(figuresOf(query, sum, plain.length));
      }),
      { numRuns: 25 },
    );
    expect(shown).toBeGreaterThan(15);
  });
});

describe('the round of a query', () => {
  it('RD10: goes on after a restart with the answers that were added up', async () => {
    const devices = await open([counted], [true, false, true, true]);
    await ask('asked', devices);
    for (let step = 0; step < 3; step++) for (const device of devices.slice(0, 3)) await device.step();
    for (let step = 0; step < 2; step++) await devices[3]!.step();
    for (const device of devices) await device.step();
    await federation.clock.advance(0);
    const { round } = devices[0]!.part!;
    await federation.rounds.suspend();
    const saved = await store.underWay();
    federation = await openFederation({ store, seed: 2, task: taskOf([counted], 4) });
    await federation.rounds.resume(saved);
    for (const device of devices) device.follow(federation);
    await federation.clock.advance(0);
    await finish(devices);
    expect(federation.records).toMatchObject([{ round, outcome: 'published', query: 'asked' }]);
    expect(await results()).toMatchObject([{ round, devices: 4, figures: { count: 3 } }]);
  });

  it('QY7: that can not go on after a restart is kept as one that shows nothing', async () => {
    const devices = await open([counted], [true, true, true]);
    await ask('asked', devices);
    await federation.rounds.suspend();
    const saved = await store.underWay();
    federation = await openFederation({ store, seed: 2, task: taskOf([], 3) });
    await federation.rounds.resume([{ ...saved[0]!, terms: { ...saved[0]!.terms, number: 1 } }, ...saved]);
    expect(await results()).toMatchObject([{ devices: null, figures: null }]);
  });
});

describe('a query for what many devices have', () => {
  const typed = define({ kind: 'heavy-hitters', values: 4, texts: 10, buckets: 64, bytes: 8 });
  const said = (...texts: string[]): Answer => ({ texts, times: 1 });
  // Every device has the first word, three have the second.
  const texts = Array.from({ length: 10 }, (_, i) => said('omw', i < 3 ? 'brb' : `own${'abcdefghij'[i]}`));

  /** The devices that would answer the second round come back. */
  async function second(devices: readonly MaskedDevice[]): Promise<void> {
    for (const { id } of devices) federation.checkIn(id, ['asked--2']);
    await federation.clock.advance(0);
    await finish(devices);
  }

  it('QY8: is answered in two rounds, of which the second follows by itself', async () => {
    const devices = await open([typed], texts);
    await ask('asked', devices);
    await finish(devices);
    expect(await results()).toMatchObject([{ number: 1, devices: 10, figures: { kind: 'sketch' } }]);
    // The task is paused: what was begun goes on.
    expect(federation.rounds.current!.terms.number).toBe(2);
    await second(devices);
    const [result] = await results();
    expect(result).toMatchObject({ number: 2, devices: 10, query: typed, failure: null });
    expect(result!.query).not.toHaveProperty('heavy');
    const { figures } = result!;
    if (figures?.kind !== 'heavy-hitters') throw new Error(figures?.kind);
    expect(figures.texts[0]).toMatchObject({ text: 'omw', devices: 10, share: { value: 1 } });
    expect(figures.texts.length + figures.unread).toBe(2);
    await federation.clock.advance(day);
    expect(federation.records).toHaveLength(2);
    expect(federation.faults).toEqual([]);
  });

  it('asks the second round after a restart, and none for what was found a period ago', async () => {
    const devices = await open([typed], texts);
    await ask('asked', devices);
    await finish(devices);
    await federation.rounds.suspend();
    const { kept } = federation;
    const reopen = async (after: number) => {
      federation = await openFederation({ left: kept, seed: 3, task: taskOf([typed], 10) });
      federation.rounds.pause();
      await federation.clock.advance(after);
      await federation.rounds.start();
      await federation.clock.advance(0);
    };
    await reopen(2 * day);
    expect(federation.rounds.current).toBeUndefined();
    await federation.rounds.stop();
    await reopen(hour);
    for (const device of devices) device.follow(federation);
    await second(devices);
    expect(await results()).toMatchObject([
      { figures: { kind: 'heavy-hitters' } },
      { figures: { kind: 'sketch' } },
    ]);
  });

  it('asks no second round under another definition', async () => {
    const devices = await open([typed], texts);
    await ask('asked', devices);
    await finish(devices);
    await federation.rounds.suspend();
    const { kept } = federation;
    const other = { ...typed, buckets: 128 };
    federation = await openFederation({ left: kept, seed: 3, task: taskOf([other], 10) });
    federation.rounds.pause();
    await federation.rounds.start();
    await federation.clock.advance(0);
    expect(federation.rounds.current).toBeUndefined();
  });
});

describe('the schedule of queries', () => {
  it('asks a query as often as the task says, and between rounds of training', async () => {
    const devices = await open([{ query: counted, every: '1 d' }], [true, true, true]);
    federation.rounds.unpause();
    await federation.clock.advance(0);
    for (const { id } of devices) federation.checkIn(id, ['asked']);
    await federation.clock.advance(0);
    await finish(devices);
    expect(federation.records[0]).toMatchObject({ number: 1, query: 'asked', outcome: 'published' });
    for (const { id } of devices) federation.checkIn(id);
    await federation.clock.advance(0);
    await finish(devices);
    expect(federation.records[1]).toMatchObject({ number: 2, outcome: 'published' });
    expect(federation.records[1]).not.toHaveProperty('query');
    federation.rounds.pause();
    await federation.clock.advance(2 * day);
    const before = federation.records.length;
    // A paused task asks only what somebody wants asked.
    expect(federation.records.filter(({ query }) => query !== undefined)).toHaveLength(1);
    federation.rounds.unpause();
    await federation.clock.advance(0);
    expect(federation.rounds.current!.terms.number).toBe(before + 1);
    expect(federation.rounds.current!.terms.plan.query).toBeDefined();
  });

  it('asks in the next round what somebody wants asked while one is under way', async () => {
    const devices = await open([counted], [true, true, true]);
    federation.rounds.beginNow();
    await federation.clock.advance(0);
    for (const { id } of devices) federation.checkIn(id, ['asked']);
    await federation.clock.advance(0);
    federation.rounds.ask('asked');
    await finish(devices);
    for (const { id } of devices) federation.checkIn(id, ['asked']);
    await federation.clock.advance(0);
    await finish(devices);
    expect(federation.records.map(({ query }) => query)).toEqual([undefined, 'asked']);
  });

  it('asks after a restart what somebody wanted asked before, once', async () => {
    const devices = await open([counted, rare], [true, true, true]);
    await federation.rounds.askLastingly('rare');
    federation.rounds.beginNow();
    await federation.clock.advance(1);
    await federation.rounds.askLastingly('asked');
    // Neither has begun: a round of training is under way when the coordinator ends.
    await federation.rounds.suspend();
    const { kept } = federation;
    const reopen = async () => {
      federation = await openFederation({ left: kept, seed: 3, task: taskOf([counted, rare], 3) });
      federation.rounds.pause();
      await federation.clock.advance(hour);
      await federation.rounds.start();
      await federation.clock.advance(0);
    };
    await reopen();
    for (const device of devices) device.follow(federation);
    for (const name of ['rare', 'asked']) {
      expect(queryOf(federation.rounds.current!.terms.plan)?.name).toBe(name);
      for (const { id } of devices) federation.checkIn(id, [name]);
      await federation.clock.advance(0);
      await finish(devices);
    }
    await federation.rounds.stop();
    await reopen();
    expect(federation.rounds.current).toBeUndefined();
  });

  it('keeps a command that comes while the query is being asked for another round', async () => {
    const devices = await open([counted], [true, true, true]);
    await ask('asked', devices);
    await federation.clock.advance(1);
    await federation.rounds.askLastingly('asked');
    await finish(devices);
    for (const { id } of devices) federation.checkIn(id, ['asked']);
    await federation.clock.advance(0);
    await finish(devices);
    expect(federation.records.map(({ query }) => query)).toEqual(['asked', 'asked']);
  });

  it('knows no query that the task has not', async () => {
    await open([counted], [true]);
    expect(await codeOfPromise(federation.rounds.askLastingly('other'))).toBe('request.not-found');
    expect(await federation.queryResults.wanted(federation.task.name)).toEqual(new Map());
  });

  it('knows none by a command for the process alone', async () => {
    await open([counted], [true]);
    expect(codeOf(() => federation.rounds.ask('other'))).toBe('request.not-found');
  });
});
