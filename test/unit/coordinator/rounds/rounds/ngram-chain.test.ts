import { countNgrams } from '@murmuration/protocol/ngrams/counted-ngrams';
import { readIdList, writeIdList } from '@murmuration/protocol/ngrams/id-list';
import { decodeNgrams, encodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import { mostOfDevice } from '@murmuration/protocol/ngrams/ngram-list';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import { offerOf } from '@murmuration/protocol/queries/offer';
import type { NgramStep, NgramsQuery } from '@murmuration/protocol/queries/query';
import { readQuery, writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import type { QueryResult } from '@murmuration/rounds/registry/query-results';
import { countedNgrams, nextNgramStep } from '@murmuration/rounds/rounds/ngram-chain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../../property-seed.ts';
import { codeOf } from '../../../codes.ts';

const firstClass = 2;
const query = defineQuery({
  name: 'phrases',
  kind: 'ngrams',
  classes: 8,
  firstClass,
  values: 200,
  sketches: [
    { rows: 3, buckets: 128 },
    { rows: 3, buckets: 128 },
  ],
}) as NgramsQuery;
const day = query.period;

type Device = readonly (readonly number[])[];

/** The chain of rounds over devices, of which those of each round answer; the results, newest first. */
async function chain(devices: readonly Device[], isLost: (device: number, round: number) => boolean) {
  const results: QueryResult[] = [];
  const offers: string[] = [];
  const lists: (readonly (readonly number[])[])[] = [];
  for (let step: NgramStep | undefined, round = 0; ; round++) {
    // As plans carry it.
    const asked = readQuery(writeQuery({ ...query, ...(step && { step }) })) as NgramsQuery;
    offers.push(offerOf(asked));
    if (step?.asks === 'list') lists.push(readIdList(step.ngrams, { ...query, length: step.length }));
    const sum = new Int32Array(queryForm(asked, devices.length).elements);
    const here = devices.filter((_, device) => !isLost(device, round));
    for (const device of here)
      for (const [i, element] of encodeAnswer(asked, device).entries()) sum[i] = sum[i]! + element;
    const { step: _, ...kept } = asked;
    const result = { query: kept, startedAt: round, figures: figuresOf(asked, sum, here.length) };
    results.unshift(JSON.parse(JSON.stringify(result)) as QueryResult);
    step = await nextNgramStep(query, results, devices.length);
    if (!step) return { results, offers, lists };
  }
}

const task = { name: 'keyboard' as QueryResult['task'], queries: [{ query, every: null, drift: false }] };
const countedOf = (results: readonly QueryResult[], now: number) =>
  countedNgrams(task, query.name, { results: async () => results }, now);

/** What devices have in common, counted in one place. */
function plain(devices: readonly Device[]) {
  const greatest = (count: number) => 2 ** Math.floor(Math.log2(Math.min(count, mostOfDevice)));
  return [1, 2, 3].flatMap(length => {
    const all = new Map<string, number[]>();
    for (const device of devices)
      for (const { ids, count } of countNgrams(device, { length, firstClass, most: 1e9 }))
        all.set(ids.join(' '), [...(all.get(ids.join(' ')) ?? []), greatest(count)]);
    return [...all].flatMap(([key, counts]) =>
      counts.length < query.threshold ? [] : [{ ids: key.split(' ').map(Number), counts }],
    );
  });
}

const device = fc.array(fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 8 }), { maxLength: 6 });

describe('the rounds of a query for n-grams', () => {
  it('QY12 QY14: find what counting all devices in one place finds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(device, { minLength: 3, maxLength: 8 }), async devices => {
        const { results } = await chain(devices, () => false);
        const expected = plain(devices);
        const counted = await countedOf(results, day + 10);
        if (expected.length === 0) {
          expect(counted).toBeNull();
          return;
        }
        const file = encodeNgrams(
          expected.flatMap(({ ids, counts }) => {
            // Each doubling counts where as many devices reach it as the threshold.
            let count = 0;
            for (let least = 1, added = 1; least <= mostOfDevice; added = least, least *= 2) {
              const reaching = counts.filter(each => each >= least).length;
              if (reaching >= query.threshold) count += added * reaching;
            }
            return [{ ids, count }];
          }),
          { classes: 8, firstClass, threshold: query.threshold },
        );
        expect(counted?.file).toEqual(file);
        expect(counted?.counts.reduce((all, each) => all + each, 0)).toBe(expected.length);
      }),
      { numRuns: 60 },
    );
  });

  it('QY6 QY14: show nothing that fewer devices than the threshold have, whichever devices are lost in which round', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(device, { minLength: 6, maxLength: 8 }),
        fc.array(fc.nat({ max: 5 }), { minLength: 5, maxLength: 5 }),
        async (devices, lost) => {
          const { results } = await chain(devices, (each, round) => each === lost[round]);
          const counted = await countedOf(results, day + 10);
          if (!counted) return;
          const common = new Set(plain(devices).map(({ ids }) => ids.join(' ')));
          const { ids, counts, roots } = decodeNgrams(counted.file);
          for (let i = 0; i < roots; i++) if (counts[i]! > 0) expect(common).toContain(String(ids[i]));
          expect(counted.counts.reduce((all, each) => all + each, 0)).toBeLessThanOrEqual(common.size);
        },
      ),
      { numRuns: 60 },
    );
  });

  const three: readonly Device[] = Array.from({ length: 3 }, () => [[2, 3, 4, 5]]);

  it('QY18: of chains add up, since each is of other text; of those from before sides only the newest counts', async () => {
    const { results } = await chain(three, () => false);
    const later = (by: number, of: readonly QueryResult[]) =>
      of.map(each => ({ ...each, startedAt: each.startedAt + by }));
    const before = results.map(each => {
      const { heavyFrom: _, ...asked } = each.query as NgramsQuery;
      return { ...each, query: asked };
    });
    const once = decodeNgrams((await countedOf(results, 9 * day))!.file);
    for (const [all, times] of [
      [[...later(day, results), ...results], 2],
      [[...later(2 * day, results), ...later(day, before), ...before], 2],
      [[...later(day, before), ...before], 1],
    ] as const) {
      const counted = (await countedOf(all, 9 * day))!;
      const file = decodeNgrams(counted.file);
      expect([...file.counts]).toEqual([...once.counts].map(count => times * count));
      expect(counted.counts).toEqual([4, 3, 2]);
    }
  });

  it('QY14: are offered and remembered by names of their own', async () => {
    const { offers, lists } = await chain(three, () => false);
    expect(offers).toEqual(['phrases', 'phrases--2', 'phrases--3', 'phrases--4', 'phrases--5']);
    expect(lists).toEqual([
      [
        [2, 3],
        [3, 4],
        [4, 5],
      ],
      [
        [2, 3, 4],
        [3, 4, 5],
      ],
    ]);
  });

  it('count for versions once they are over: the longest is counted, another chain has begun, or the period is over', async () => {
    const { results } = await chain(three, () => false);
    expect((await countedOf(results, 5))?.counts).toEqual([4, 3, 2]);
    const underWay = results.slice(2);
    expect(await countedOf(underWay, 5)).toBeNull();
    expect((await countedOf(underWay, day + 10))?.counts).toEqual([4, 3]);
    // The chain before is what versions have while the next one is under way.
    expect((await countedOf([...underWay, ...results], 5))?.counts).toEqual([4, 3, 2]);
    const failed = { ...results[0]!, figures: null };
    expect((await countedOf([failed, ...underWay], 5))?.counts).toEqual([4, 3]);
  });

  it('count at once where nothing longer is in common, unless a round failed', async () => {
    const { results } = await chain(
      Array.from({ length: 3 }, () => [[2, 3]]),
      () => false,
    );
    expect(results).toHaveLength(4);
    expect((await countedOf(results, 5))?.counts).toEqual([2, 1]);
    expect(await countedOf(results.slice(1), 5)).toBeNull();
  });

  it('VG10: go on and count on where the vocabulary has grown since, with the words that they began with', async () => {
    const { results } = await chain(three, () => false);
    const grown = { ...query, classes: query.classes + 3 };
    const vocabulary = Array.from({ length: grown.classes - firstClass }, (_, i) => `word${i}`);
    const now = { ...task, queries: [{ query: grown, every: null, drift: false }] };
    const count = (of: readonly QueryResult[], named: readonly string[] | null = vocabulary) =>
      countedNgrams({ ...now, vocabulary: named }, query.name, { results: async () => of }, 5);
    const counted = (await count(results))!;
    expect(counted.counts).toEqual([4, 3, 2]);
    const small = (await countedOf(results, 5))!;
    const { classes, ...trie } = decodeNgrams(counted.file);
    const { classes: before, ...same } = decodeNgrams(small.file);
    expect([classes, before]).toEqual([grown.classes, query.classes]);
    expect(trie).toEqual(same);
    // The words of a task that names none may be others altogether.
    expect(await count(results, null)).toBeNull();
    // One that is under way asks the same next as it would have.
    for (const from of [4, 3, 2, 1]) {
      const underWay = results.slice(from);
      expect(await nextNgramStep(grown, underWay, 3, true)).toEqual(await nextNgramStep(query, underWay, 3));
      expect(await nextNgramStep(grown, underWay, 3)).toBeUndefined();
      expect(
        await nextNgramStep({ ...query, classes: query.classes - 1 }, underWay, 3, true),
      ).toBeUndefined();
    }
    // What is asked of more words now replaces what was found of fewer.
    const more = results.map(each => ({ ...each, query: grown }));
    expect((await count([...more, ...results]))?.counts).toEqual([4, 3, 2]);
  });

  it('end where the query has changed, a round shows nothing, or nothing is in common', async () => {
    const { results } = await chain(three, () => false);
    const next = (change: object, all = results.slice(4)) => nextNgramStep({ ...query, ...change }, all, 3);
    expect(await next({})).toMatchObject({ length: 2, asks: 'sketch' });
    expect(await next({ threshold: 4 })).toBeUndefined();
    expect(await next({}, [{ ...results[4]!, figures: null }])).toBeUndefined();
    expect(await next({}, results.slice(3, 4))).toBeUndefined();
    expect(await next({}, results)).toBeUndefined();
    expect((await chain([[], [], []], () => false)).offers).toEqual(['phrases']);
  });

  it('ask for the most frequent n-grams of more than there is room for', async () => {
    const wide = { ...query, classes: 60_100, values: 65_536 };
    const ids = Array.from({ length: 30_000 }, (_, i) => [2 + 2 * i]);
    const figures = {
      kind: 'ngrams' as const,
      length: 1,
      found: ids.length,
      list: Buffer.from(writeIdList(ids)).toString('base64url'),
      counts: Buffer.from(ids.map((_, i) => (i < 25_000 ? 3 : 4))).toString('base64url'),
    };
    const step = await nextNgramStep(wide, [{ query: wide, figures, startedAt: 0 }], 3);
    const asked = readIdList(step!.ngrams, { ...wide, length: 1 });
    expect(writeQuery({ ...wide, step: step! }).length).toBeLessThanOrEqual(49_152);
    expect(asked.length).toBeGreaterThan(15_000);
    const isAsked = new Set(asked.map(([id]) => id));
    expect(ids.slice(25_000).every(([id]) => isAsked.has(id))).toBe(true);
  });
});

describe('a list of n-grams', () => {
  it('QY14: is read as it was written, and no other bytes are', () => {
    const ngrams = fc.uniqueArray(fc.tuple(fc.nat(7), fc.nat(7), fc.integer({ min: 2, max: 7 })), {
      selector: ids => ids.join(' '),
    });
    fc.assert(
      fc.property(ngrams, all => {
        const bytes = writeIdList(all);
        const read = readIdList(bytes, { length: 3, classes: 8, firstClass });
        expect(new Set(read.map(ids => ids.join(' ')))).toEqual(new Set(all.map(ids => ids.join(' '))));
        expect(writeIdList(read)).toEqual(bytes);
      }),
    );
  });

  // biome-ignore format: one refusal a line
  it.each([
    [[1, 0, 8, 3]], [[1, 0, 3, 1]], [[1, 1, 3, 3]], [[2, 0, 3, 3]], [[1, 0, 3, 3, 0]], [[129, 128, 4]], [[]], [[2, 0, 3, 3, 2, 4]],
  ])('QY14: is not %j', bytes => {
    expect(codeOf(() => readIdList(Uint8Array.from(bytes), { length: 2, classes: 8, firstClass }))).toBe('request.invalid');
  });
});
