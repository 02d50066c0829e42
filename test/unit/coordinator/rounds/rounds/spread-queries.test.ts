import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import type { OwnEvaluation } from '@murmuration/protocol/queries/evaluation';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import type { Query } from '@murmuration/protocol/queries/query';
import { type Answer, encodeAnswer } from '@murmuration/protocol/queries/vector';
import { onDevices } from '@murmuration/rounds/evaluation/on-devices';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { afterEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { maskedDeadlines } from '../../server/masked-deadlines.ts';
import type { MaskedDevice } from '../../server/masked-device.ts';
import { openSpread, type SpreadWorld } from '../../server/spread-world.ts';

const count = 24;
const define = (definition: object): Query =>
  defineQuery({ name: 'asked', threshold: 4, ...definition } as QueryDefinition);
const counted = define({ kind: 'count' });
const taskOf = (...queries: NonNullable<TaskDefinition['queries']>) =>
  ({
    masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1, smallestGroup: 3 },
    update: { kind: 'ring', clip: 2, bits: 12, weightCap: 4 },
    cohort: { goal: 2 * count, minimum: 9, overSelection: 1, cells: 3 },
    deadlines: maskedDeadlines,
    schedule: { every: '1 h' },
    queries,
  }) as Partial<TaskDefinition>;

let world: SpreadWorld;
let leader: Awaited<ReturnType<SpreadWorld['openLeader']>>;
afterEach(() => leader.rounds.stop());

/** Devices of a paused task, which are asked its query. */
async function ask(
  query: Query,
  answerOf: (index: number, base: ModelHash) => Answer,
  seed = 1,
): Promise<void> {
  world = await openSpread({ task: taskOf(query), devices: count, seed });
  const { model } = (await world.registry.current(world.task.name)).head.version;
  for (const [index, device] of world.devices.entries()) {
    device.answer = answerOf(index, model);
    world.checkIn(device, [query.name]);
  }
  leader = await world.openLeader();
  leader.rounds.pause();
  leader.rounds.ask(query.name);
  await gather();
}

const gather = () => world.clock.advance(11_000);

async function step(some: readonly MaskedDevice[] = world.devices): Promise<void> {
  for (const device of some) await device.step().catch(() => {});
  await world.clock.advance(0);
}

async function finish(some?: readonly MaskedDevice[]): Promise<void> {
  for (let i = 0; i < 5; i++) await step(some);
  await world.clock.advance(1_000);
}

const results = () => world.queryResults.results(world.task.name, 'asked', Number.POSITIVE_INFINITY, 10);

/** What the plain computation says of the answers of these devices. */
function plainOf(query: Query, some: readonly MaskedDevice[]) {
  const plain = some.map(({ answer }) => encodeAnswer(query, answer));
  const sum = plain[0]!.map((_, i) => plain.reduce((all, each) => all + each[i]!, 0));
  return figuresOf(query, sum, plain.length);
}

describe('TK5: a query in the parts of a round', () => {
  it.each<[Query, (index: number) => Answer]>([
    [counted, index => index % 3 === 0],
    [define({ kind: 'mean', least: 0, most: 30, levels: 60 }), index => index],
    [
      define({ kind: 'histogram', bins: { relative: 0.3, least: 1, most: 100 }, values: 3 }),
      index => [1 + index],
    ],
    [define({ kind: 'top', items: ['ash', 'birch'], values: 2 }), index => (index < 9 ? ['ash'] : ['birch'])],
  ])('says what the plain computation on all devices says: $0.kind', async (query, answerOf) => {
    await ask(query, answerOf);
    const { terms } = leader.rounds.newest!;
    expect(terms).toMatchObject({ parts: { count: 3, smallest: 4 }, minimum: 9 });
    await finish();
    const [record] = world.records;
    expect(record).toMatchObject({ outcome: 'published', model: null, query: 'asked', number: 1 });
    expect(record!.parts!.map(({ failure }) => failure)).toEqual([null, null, null]);
    const figures = plainOf(query, world.devices);
    expect(await results()).toMatchObject([{ round: terms.id, devices: count, figures, failure: null }]);
    expect((await world.registry.current(world.task.name)).newest).toBe(0);
    expect(await world.store.underWay()).toEqual([]);
    expect(world.faults).toEqual([]);
  });

  it('QY5: is put in each part to those alone who would answer it', async () => {
    await ask(counted, () => true);
    await finish();
    const others = [1, 2, 3].flatMap(part => world.devicesOf(part).slice(0, 4));
    for (const device of world.devices) world.checkIn(device, others.includes(device) ? ['asked'] : []);
    leader.rounds.ask('asked');
    await gather();
    await finish();
    expect(await results()).toMatchObject([{ devices: others.length }, { devices: count }]);
    for (const { pool } of world.seats) expect(pool.size).toBeGreaterThan(0);
  });

  it('QY4: counts no part with fewer devices than the threshold, and goes on with the others', async () => {
    const threshold = 5;
    await ask(define({ kind: 'count', threshold }), () => true);
    const own = world.devicesOf(2);
    const others = world.devices.filter(device => !own.includes(device));
    await step();
    await step();
    // One fewer than the threshold: an update of each, and then the others are gone.
    await step([...others, ...own.slice(0, threshold - 1)]);
    for (const device of own.slice(threshold - 1)) world.lose(device);
    for (let i = 0; i < 2; i++) await step(others);
    await world.clock.advance(400_000);
    expect(world.records).toMatchObject([{ outcome: 'published', tally: { accepted: others.length } }]);
    expect(world.records[0]!.parts![1]).toMatchObject({ contributors: 0, failure: expect.any(String) });
    // Nobody was asked to open the sum.
    const ofPart = world.results.get(world.records[0]!.round)!.get(2)!;
    expect(ofPart.record.failure).toMatchObject({ during: 'updates' });
    expect(await results()).toMatchObject([{ devices: others.length, figures: { count: others.length } }]);
  });

  it('QY6, QY7: shows nothing where all parts together have too few, and keeps that', async () => {
    await ask(counted, () => true);
    const own = world.devicesOf(1);
    expect(own.length).toBeLessThan(9);
    await finish(own);
    await world.clock.advance(400_000);
    expect(world.records).toMatchObject([{ outcome: 'failed', query: 'asked' }]);
    expect(await results()).toMatchObject([
      { devices: null, figures: null, failure: expect.stringMatching(/at least 9 are needed/) },
    ]);
  });

  it('QY8: finds texts in two rounds, of which the second has lost a part, and the leader died between them', async () => {
    const typed = define({ kind: 'heavy-hitters', values: 4, texts: 10, buckets: 128, bytes: 8 });
    await ask(typed, index => ({ texts: ['omw', `own${String.fromCharCode(97 + index)}`], times: 1 }));
    await finish();
    expect(await results()).toMatchObject([{ devices: count, figures: { kind: 'sketch' } }]);
    leader.life.end();
    leader = await world.openLeader();
    leader.rounds.pause();
    await world.clock.advance(0);
    const others = world.devices.filter(({ id }) => world.partOf(id) !== 3);
    world.vanish(3);
    for (const device of world.devices) world.checkIn(device, ['asked--2']);
    await gather();
    await finish(others);
    await world.clock.advance(400_000);
    expect(world.records.at(-1)).toMatchObject({ number: 2, tally: { accepted: others.length } });
    const [result] = await results();
    expect(result).toMatchObject({ number: 2, devices: others.length, query: typed });
    const { figures } = result!;
    if (figures?.kind !== 'heavy-hitters') throw new Error(figures?.kind);
    expect(figures.texts[0]).toMatchObject({ text: 'omw', devices: others.length });
    // Its cell is replaced, and has nothing to do with the round that is over.
    await world.replace(3);
    expect(await world.store.underWay()).toEqual([]);
  });

  it('QY13: evaluates the versions in use in all parts', async () => {
    const metrics = [{ metric: 'top1', least: 0, most: 1, better: 'higher' }] as const;
    const { query } = onDevices({ every: '1 h', name: 'asked', threshold: 4, metrics });
    await ask(query, (index, model) => {
      const all = { examples: 10 + index, versions: { [model]: { top1: index / count } } };
      return { all } satisfies OwnEvaluation;
    });
    const { terms } = leader.rounds.newest!;
    await finish();
    const [result] = await results();
    expect(result).toMatchObject({ round: terms.id, devices: count, figures: { kind: 'evaluation' } });
    const { figures, query: asked } = result!;
    expect(figures).toEqual(plainOf(asked, world.devices));
  });

  it.each([1, 2, 3, 4])('is exact where devices and cells are lost at random (seed %i)', async seed => {
    await ask(counted, index => index % 2 === 0, seed);
    const random = seededRandom(seed);
    const chance = (share: number) => random(1)[0]! < 256 * share;
    for (let i = 0; i < 30 && world.records.length === 0; i++) {
      for (const device of world.devices) if (chance(0.01)) world.lose(device);
      if (chance(0.15)) await world.replace(1 + (random(1)[0]! % 3));
      if (chance(0.15)) {
        leader.life.end();
        leader = await world.openLeader();
        leader.rounds.pause();
      }
      await step(world.devices.filter(() => chance(0.97)));
      await world.clock.advance(i % 3 === 2 ? 61_000 : 300);
    }
    await world.clock.advance(400_000);
    const [record, ...others] = world.records;
    expect(others).toEqual([]);
    const [result] = await results();
    if (record!.outcome === 'failed') {
      expect(result).toMatchObject({ devices: null, figures: null });
      return;
    }
    const left = [...world.results.get(record!.round)!.values()].flatMap(({ contributors }) => contributors);
    const inTheSum = world.devices.filter(({ id }) => left.some(({ device }) => device === id));
    expect(result).toMatchObject({ devices: inTheSum.length, figures: plainOf(counted, inTheSum) });
  });
});
