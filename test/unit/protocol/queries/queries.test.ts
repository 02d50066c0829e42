import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { binsOf } from '@murmuration/protocol/queries/bins';
import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import { type Figures, figuresOf } from '@murmuration/protocol/queries/figures';
import { meanOfCounts, studentQuantile } from '@murmuration/protocol/queries/intervals';
import type { Query } from '@murmuration/protocol/queries/query';
import { readQuery, writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { type Answer, encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../property-seed.ts';

const define = (definition: object): Query =>
  defineQuery({ name: 'asked', ...definition } as QueryDefinition);

/** What the sum of the answers says. */
function asked(query: Query, answers: readonly Answer[]): Figures {
  const sum = new Int32Array(queryForm(query, answers.length).elements);
  for (const answer of answers)
    for (const [i, element] of encodeAnswer(query, answer).entries()) sum[i] = sum[i]! + element;
  return figuresOf(query, sum, answers.length);
}

const hashOf = (version: number) => String(version).padStart(64, '0');

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof MurmurationError) return error.code;
    throw error;
  }
  return 'none';
};

const within = (value: number, [low, high]: readonly [number, number]) => {
  expect(value).toBeGreaterThanOrEqual(low);
  expect(value).toBeLessThanOrEqual(high);
};

describe('a definition of a query', () => {
  it('gets its defaults, and travels as it is', () => {
    const query = define({ kind: 'mean', least: 0, most: 1 });
    expect(query).toEqual({
      name: 'asked',
      kind: 'mean',
      threshold: 10,
      period: 86_400_000,
      least: 0,
      most: 1,
      levels: 1_000,
    });
    expect(readQuery(writeQuery(query))).toEqual(query);
  });

  // biome-ignore format: one kind a line
  it.each([
    [{ kind: 'count' }, {}],
    [{ kind: 'sum', least: 0, most: 1 }, { levels: 1_000 }],
    [{ kind: 'histogram', bins: { edges: [0, 1] } }, { values: 1, quantiles: [0.05, 0.25, 0.5, 0.75, 0.95] }],
    [{ kind: 'top', items: ['a'] }, { values: 1 }],
    [{ kind: 'distinct' }, { values: 1, buckets: 4_096 }],
    [{ kind: 'outcomes', outcomes: ['a'] }, { values: 100, versions: [] }],
    [{ kind: 'arm', outcomes: ['a'] }, { values: 100, levels: 1_000 }],
    [{ kind: 'numbers', numbers: 64 }, { values: 1_000 }],
    [{ kind: 'ngrams', classes: 9, firstClass: 2 }, { threshold: 3, heavyFrom: 3, values: 1_000, sketches: [{ rows: 3, buckets: 16_384 }, { rows: 3, buckets: 16_384 }] }],
    [{ kind: 'ngrams', classes: 9, firstClass: 2, threshold: 20 }, { threshold: 20, heavyFrom: 12, values: 1_000, sketches: [{ rows: 3, buckets: 16_384 }, { rows: 3, buckets: 16_384 }] }],
    [{ kind: 'evaluation' }, {
      slices: [], versions: [], examples: 200, levels: 1_000,
      metrics: [{ metric: 'loss', least: 0, most: 14, better: 'lower' }, { metric: 'top1', least: 0, most: 1, better: 'higher' }, { metric: 'top3', least: 0, most: 1, better: 'higher' }],
    }],
    [{ kind: 'count', privacy: { epsilon: 1, delta: 1e-6, rounds: 1 } }, { privacy: { epsilon: 1, delta: 1e-6, rounds: 1, noise: 'skellam' } }],
    [{ kind: 'count', period: '2 min' }, { period: 120_000 }],
  ])('of %j has the defaults %j', (definition, defaults) => {
    expect(define(definition)).toEqual({ name: 'asked', threshold: 10, period: 86_400_000, ...definition, ...defaults });
  });

  it('of two rounds has a minute for the second one', () => {
    expect(define({ kind: 'heavy-hitters', period: 60_000 }).period).toBe(60_000);
    expect(() => define({ kind: 'ngrams', classes: 9, firstClass: 2, period: 59_999 })).toThrow('a minute');
  });

  // biome-ignore format: one refusal a line
  it.each([
    ['of no kind', { kind: 'median' }, 'kind has to be one of'],
    ['without a name', { kind: 'count', name: 'Not a name' }, 'name'],
    ['with too low a threshold', { kind: 'count', threshold: 2 }, 'threshold'],
    ['with a period that is none', { kind: 'count', period: 'often' }, 'period'],
    ['of two rounds with no time for the second', { kind: 'heavy-hitters', period: 0 }, 'a minute or more'],
    ['without bounds', { kind: 'sum' }, 'least'],
    ['with an infinite bound', { kind: 'sum', least: 0, most: Infinity }, 'most'],
    ['whose bounds are the wrong way round', { kind: 'mean', least: 2, most: 1 }, 'least has to be below most'],
    ['with an edge that is not finite', { kind: 'histogram', bins: { edges: [0, NaN] } }, 'finite'],
    ['with edges out of order', { kind: 'histogram', bins: { edges: [0, 2, 1] } }, 'ascending'],
    ['with too many bins', { kind: 'histogram', bins: { relative: 0.001, least: 1e-9, most: 1e9 } }, 'bins: 20724 bins are more than 2048; use a greater relative error.'],
    ['with an item twice', { kind: 'top', items: ['a', 'a'] }, 'no two alike'],
    ['with a field that there is not', { kind: 'count', bound: 1 }, 'bound'],
    ['of more outcomes than 8', { kind: 'outcomes', outcomes: [...'abcdefghi'] }, 'outcomes'],
    ['of an outcome twice', { kind: 'outcomes', outcomes: ['taken', 'taken'] }, 'no two alike'],
    ['of a version that is no hash', { kind: 'outcomes', outcomes: ['taken'], versions: ['v1'] }, 'hashes'],
    ['longer than a plan', { kind: 'top', items: Array.from({ length: 2_000 }, (_, i) => `${i}`.padStart(64, 'é')) }, 'room'],
  ])('%s is refused', (_, definition, why) => {
    expect(() => define(definition)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
    expect(() => define(definition)).toThrow(why);
  });

  it('is no number', () => {
    expect(() => defineQuery(undefined as never)).toThrow(
      /^The query: kind has to be one of count, .*, ngrams\. \[config\.invalid\]$/,
    );
    expect(() => define({ name: 7, kind: 'count' })).toThrow(/^The query: name has to be /);
    expect(() => define({ kind: 'count', threshold: 2 })).toThrow(/^The query "asked": threshold has to be /);
  });

  it('whose sum would wrap is refused', () => {
    const query = define({ kind: 'sum', least: 0, most: 1, levels: 1_000_000 });
    expect(codeOf(() => queryForm(query, 10_000))).toBe('config.ring');
  });
});

describe('an answer', () => {
  // biome-ignore format: one refusal a line
  it.each([
    [{ kind: 'count' }, 1, 'true or false'],
    [{ kind: 'sum', least: 0, most: 1 }, Number.NaN, 'a number'],
    [{ kind: 'mean', least: 0, most: 1 }, true, 'a number'],
    [{ kind: 'histogram', bins: { edges: [0, 1] } }, Infinity, 'a finite number, or a list of these'],
    [{ kind: 'histogram', bins: { edges: [0, 1] } }, ['0.5'], 'a finite number, or a list of these'],
    [{ kind: 'top', items: ['a'] }, 'a', 'a list of texts'],
    [{ kind: 'top', items: ['a'] }, ['a', 1], 'a list of texts'],
    [{ kind: 'distinct' }, ['a', 1], 'a list of texts'],
    [{ kind: 'numbers', numbers: 64 }, [1, -1], 'a list of whole numbers, none below 0'],
    [{ kind: 'numbers', numbers: 64 }, [0.5], 'a list of whole numbers, none below 0'],
    [{ kind: 'ngrams', classes: 9, firstClass: 2 }, [1], 'a list of sequences of ids'],
    [{ kind: 'outcomes', outcomes: ['a'], versions: [hashOf(1)] }, ['a'], 'counts of outcomes by version'],
    [{ kind: 'outcomes', outcomes: ['a'], versions: [hashOf(1)] }, 1, 'counts of outcomes by version'],
    [{ kind: 'outcomes', outcomes: ['a'], versions: [hashOf(1)] }, null, 'counts of outcomes by version'],
    [{ kind: 'outcomes', outcomes: ['a'], versions: [hashOf(1)] }, { [hashOf(1)]: { a: 0.5 } }, 'counts of outcomes, whole numbers from 0 on'],
    [{ kind: 'outcomes', outcomes: ['a'], versions: [hashOf(1)] }, { [hashOf(1)]: { a: -1 } }, 'counts of outcomes, whole numbers from 0 on'],
    [{ kind: 'arm', outcomes: ['a'] }, ['a'], 'counts of outcomes by version'],
    [{ kind: 'arm', outcomes: ['a'] }, { [hashOf(1)]: { a: 1 } }, 'counts of the version of the arm'],
    [{ kind: 'evaluation' }, 'all', 'what was measured on all examples, and on slices'],
    [{ kind: 'evaluation' }, null, 'what was measured on all examples, and on slices'],
    [{ kind: 'evaluation' }, { slices: {} }, 'what was measured on all examples, and on slices'],
    [{ kind: 'evaluation' }, { all: { examples: 1, versions: {} } }, 'about a version, and it names none'],
    [{ kind: 'heavy-hitters' }, 'the', 'a list of texts, or { texts, times, digits }'],
  ])('to %j that is %j is refused, and is not in the text', (definition, answer, wanted) => {
    const query = define(definition);
    expect(() => encodeAnswer(query, answer as Answer)).toThrow(
      new MurmurationError('options.invalid', `The answer of the app to the query "asked" (${query.kind}) has to be ${wanted}; it was not sent.`),
    );
  });

  // biome-ignore format: one kind a line
  it.each([
    [{ kind: 'count' }, 1, 1],
    [{ kind: 'sum', least: 0, most: 1 }, 1, 1_000],
    [{ kind: 'mean', least: 0, most: 1 }, 2, 1_000],
    [{ kind: 'histogram', bins: { edges: [0, 1, 2] }, values: 7 }, 4, 7],
    [{ kind: 'top', items: ['a', 'b'], values: 5 }, 3, 5],
    [{ kind: 'distinct', buckets: 32 }, 32, 1],
    [{ kind: 'outcomes', outcomes: ['a', 'b'], versions: [1, 2, 3].map(hashOf), values: 9 }, 3 * 8, 81],
    [{ kind: 'arm', outcomes: ['a', 'b'], values: 9 }, 6, 1_000],
    [{ kind: 'arm', outcomes: ['a', 'b'], values: 9, levels: 5 }, 6, 9],
    [{ kind: 'evaluation', slices: ['short'] }, 2 * 8, 1_000],
    [{ kind: 'numbers', numbers: 64 }, 64, 1],
    [{ kind: 'ngrams', classes: 9, firstClass: 2 }, 5 * 7, 1],
    [{ kind: 'heavy-hitters', buckets: 4_096 }, 3 * 4_096, 1],
  ])('to %j has %i elements up to %i', (definition, elements, largest) => {
    expect(queryForm(define(definition), 1)).toMatchObject({ elements, largest });
  });

  it('takes as many bits as the sum of all devices, and two at least', () => {
    const query = define({ kind: 'count' });
    expect([1, 3, 4, 7, 8, 255, 256].map(devices => queryForm(query, devices).width)).toEqual([
      2, 2, 3, 3, 4, 8, 9,
    ]);
  });

  it('is the nearest of the levels', () => {
    const bounds = { least: -1, most: 3, levels: 10 };
    expect([...encodeAnswer(define({ kind: 'sum', ...bounds }), 0.1)]).toEqual([3]);
    // And its square in units of all levels: 9 / 10.
    expect([...encodeAnswer(define({ kind: 'mean', ...bounds }), 0.1)]).toEqual([3, 1]);
  });

  it('of texts needs a hash and a secret', () => {
    expect(() => encodeAnswer(define({ kind: 'heavy-hitters' }), ['the'])).toThrow(
      new TypeError('An answer of texts needs a hash and a secret.'),
    );
  });

  // biome-ignore format: one answer a line
  it.each<[object, Answer, Answer]>([
    [{ kind: 'sum', least: 0, most: 1 }, 1.5, 1],
    [{ kind: 'sum', least: 0, most: 1 }, -Infinity, 0],
    [{ kind: 'mean', least: 0, most: 1 }, -0.1, 0],
    [{ kind: 'histogram', bins: { edges: [0, 1] } }, [0.5, 3], [0.5]],
    [{ kind: 'top', items: ['a'] }, ['a', 'b'], ['a']],
    [{ kind: 'outcomes', outcomes: ['a', 'b'], versions: [hashOf(1)], values: 3 }, { [hashOf(1)]: { a: 4, b: 2 } }, { [hashOf(1)]: { a: 2, b: 1 } }],
  ])('QY2: to %j that is %j is cut to %j', (definition, answer, cut) => {
    const query = define(definition);
    expect(encodeAnswer(query, answer)).toEqual(encodeAnswer(query, cut));
  });

  it('that is refused stays on the device', () => {
    const query = define({ kind: 'sum', least: 0, most: 1 });
    expect(() => encodeAnswer(query, ['271828'])).toThrow('a number');
    expect(() => encodeAnswer(query, ['271828'])).not.toThrow('271828');
  });
});

describe('the sum of answers', () => {
  it('counts', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 3, maxLength: 60 }), answers => {
        const found = asked(define({ kind: 'count' }), answers) as Extract<Figures, { kind: 'count' }>;
        const count = answers.filter(Boolean).length;
        expect(found.count).toBe(count);
        expect(found.share.value).toBe(count / answers.length);
        within(found.share.value, [found.share.low, found.share.high]);
      }),
    );
  });

  it('has sums and means as exact as its levels', () => {
    const bounds = fc
      .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }))
      .map(([least, width]) => ({ least, most: least + width }));
    const parts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 60 });
    fc.assert(
      fc.property(bounds, parts, fc.integer({ min: 1, max: 10_000 }), ({ least, most }, all, levels) => {
        fc.pre(least < most);
        const answers = all.map(part => Math.min(most, least + part * (most - least)));
        const plain = answers.reduce((sum, value) => sum + value, 0);
        const step = (most - least) / levels;
        // A rounding error of doubles besides.
        const slack = answers.length * (step / 2 + 1e-9 * Math.max(Math.abs(least), Math.abs(most)));
        const sum = asked(define({ kind: 'sum', least, most, levels }), answers) as Extract<
          Figures,
          { kind: 'sum' }
        >;
        within(sum.sum.value, [plain - slack, plain + slack]);
        const mean = asked(define({ kind: 'mean', least, most, levels }), answers) as Extract<
          Figures,
          { kind: 'mean' }
        >;
        const n = answers.length;
        within(mean.mean.value, [(plain - slack) / n, (plain + slack) / n]);
        within(mean.mean.low, [least, most]);
        within(mean.mean.high, [least, most]);
      }),
    );
  });

  it('knows how far values are from their mean', () => {
    const answers = Array.from({ length: 40 }, (_, i) => ((i * 17) % 40) / 40);
    const { mean, deviation } = asked(define({ kind: 'mean', least: 0, most: 1 }), answers) as Extract<
      Figures,
      { kind: 'mean' }
    >;
    const average = answers.reduce((sum, value) => sum + value, 0) / 40;
    const squares = answers.reduce((sum, value) => sum + (value - average) ** 2, 0);
    expect(deviation).toBeCloseTo(Math.sqrt(squares / 39), 2);
    expect(mean.high - mean.low).toBeCloseTo((2 * 2.0227 * Math.sqrt(squares / 39)) / Math.sqrt(40), 2);
  });

  it('counts every value of a histogram in the bin that it lies in', () => {
    const edges = fc
      .uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 12 })
      .map(all => all.sort((a, b) => a - b));
    const answers = fc.array(fc.array(fc.double({ min: -60, max: 60, noNaN: true }), { maxLength: 4 }), {
      minLength: 3,
      maxLength: 30,
    });
    fc.assert(
      fc.property(edges, answers, (of, all) => {
        const found = asked(define({ kind: 'histogram', bins: { edges: of }, values: 4 }), all) as Extract<
          Figures,
          { kind: 'histogram' }
        >;
        const values = all.flat();
        for (const [i, { from, to, count, perDevice }] of found.bins.entries()) {
          const isLast = i === of.length - 1;
          const isIn = (value: number) =>
            (from === null ? true : i === of.length ? value > from : value >= from) &&
            (to === null ? true : isLast ? value <= to : value < to);
          expect(count).toBe(values.filter(isIn).length);
          expect(perDevice.value).toBe(count / all.length);
        }
      }),
    );
  });

  it('knows quantiles of logarithmic bins up to their relative error', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 1e5, noNaN: true }), { minLength: 3, maxLength: 60 }),
        fc.constantFrom(0.01, 0.05, 0.2),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (answers, relative, quantile) => {
          const query = define({
            kind: 'histogram',
            bins: { relative, least: 1, most: 1e5 },
            quantiles: [quantile],
          });
          const { quantiles } = asked(query, answers) as Extract<Figures, { kind: 'histogram' }>;
          const sorted = [...answers].sort((a, b) => a - b);
          const true_ = sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)]!;
          const [{ value, low, high }] = quantiles as [(typeof quantiles)[0]];
          within(value!, [true_ * (1 - relative - 1e-9), true_ * (1 + relative + 1e-9)]);
          within(true_, [low! * (1 - 1e-9), high! * (1 + 1e-9)]);
        },
      ),
    );
  });

  it('knows where in its bin a quantile lies, and between which bins it may', () => {
    const edges = Array.from({ length: 11 }, (_, i) => i);
    const query = define({ kind: 'histogram', bins: { edges }, quantiles: [0.25, 0.5] });
    // Of 100 devices ten in each bin.
    const answers = Array.from({ length: 100 }, (_, i) => Math.floor(i / 10) + 0.5);
    const { quantiles } = asked(query, answers) as Extract<Figures, { kind: 'histogram' }>;
    // Ranks 50 ± 9.8 lie in the fifth and the sixth bin, 25 ± 8.5 in the second and the fourth.
    expect(quantiles).toEqual([
      { quantile: 0.25, value: 2.5, low: 1, high: 4 },
      { quantile: 0.5, value: 5, low: 4, high: 6 },
    ]);
  });

  it('says that a quantile lies beyond the bins', () => {
    const query = define({
      kind: 'histogram',
      bins: { relative: 0.1, least: 1, most: 10 },
      quantiles: [0.5],
    });
    const { quantiles } = asked(query, [100, 100, 100]) as Extract<Figures, { kind: 'histogram' }>;
    expect(quantiles[0]).toMatchObject({ value: null, high: null });
    const { quantiles: none } = asked(query, [[], [], []]) as Extract<Figures, { kind: 'histogram' }>;
    expect(none[0]).toEqual({ quantile: 0.5, value: null, low: null, high: null });
  });

  it('has the items of a list by how often they occur', () => {
    const items = ['ash', 'birch', 'cedar'];
    const answers = fc.array(fc.array(fc.constantFrom(...items, 'weed'), { maxLength: 5 }), {
      minLength: 3,
      maxLength: 30,
    });
    fc.assert(
      fc.property(answers, all => {
        const found = asked(define({ kind: 'top', items, values: 5 }), all) as Extract<
          Figures,
          { kind: 'top' }
        >;
        const count = (item: string) => all.flat().filter(each => each === item).length;
        expect(found.others).toBe(count('weed'));
        for (const { item, count: its } of found.items) expect(its).toBe(count(item));
        const counts = found.items.map(each => each.count);
        expect(counts).toEqual([...counts].sort((a, b) => b - a));
      }),
    );
  });

  // biome-ignore format: one sum a line
  it.each([
    ['beyond what devices can reach', { kind: 'count' }, [4]],
    ['below zero', { kind: 'count' }, [-1]],
    ['of another length', { kind: 'count' }, [1, 1]],
    ['of more values than devices have', { kind: 'top', items: ['a'] }, [2, 2]],
    ['of more texts than devices have', { kind: 'heavy-hitters', values: 2, texts: 16, buckets: 80 }, [...Array(6).fill(3), 1, ...Array(233).fill(0)]],
    ['of more n-grams than devices have', { kind: 'ngrams', classes: 9, firstClass: 2, values: 1 }, [3, 3, 3, 3, 3, 1, ...Array(29).fill(0)]],
  ])('that is %s is refused', (_, definition, sum) => {
    expect(() => figuresOf(define(definition), Int32Array.from(sum), 3)).toThrow(
      'No answers of 3 devices to the query "asked" have this sum. [update.impossible]',
    );
  });
});

describe('figures', () => {
  // biome-ignore format: one kind a line
  it.each([
    [{ kind: 'top', items: ['a'] }, 2],
    [{ kind: 'distinct' }, 4_096],
    [{ kind: 'outcomes', outcomes: ['a'], versions: [hashOf(1)] }, 5],
    [{ kind: 'evaluation', versions: [hashOf(1)] }, 8],
    [{ kind: 'numbers', numbers: 64 }, 64],
    [{ kind: 'ngrams', classes: 9, firstClass: 2 }, 35],
    [{ kind: 'heavy-hitters' }, 49_152],
  ])('of %j are of that kind', (definition, elements) => {
    expect(figuresOf(define(definition), new Int32Array(elements), 3)).toMatchObject({ kind: definition.kind });
  });

  it('have as many texts and n-grams as devices can have', () => {
    const heavy = define({ kind: 'heavy-hitters', values: 2, texts: 16, buckets: 80 });
    const full = (length: number, many: number) => new Int32Array(length).fill(3, 0, many);
    expect(figuresOf(heavy, full(240, 6), 3)).toMatchObject({ kind: 'heavy-hitters', texts: [] });
    const ngrams = define({ kind: 'ngrams', classes: 9, firstClass: 2, values: 1 });
    expect(figuresOf(ngrams, full(35, 5), 3)).toMatchObject({ kind: 'ngrams', found: 1 });
  });

  it('of a sum reach as far as rounding and noise', () => {
    const query = define({ kind: 'sum', least: 2, most: 4, levels: 10 });
    // 20 devices with 35 steps of 0.2 above 2.
    expect(figuresOf(query, Int32Array.of(35), 20)).toEqual({
      kind: 'sum',
      sum: { value: 47, low: 45, high: 49 },
    });
    const noisy = figuresOf(query, Int32Array.of(35), 20, 25) as Extract<Figures, { kind: 'sum' }>;
    expect(noisy.noise).toBe(1);
    expect(noisy.sum.low).toBeCloseTo(45 - 1.959964, 9);
    expect(noisy.sum.high).toBeCloseTo(49 + 1.959964, 9);
    const mean = define({ kind: 'mean', least: 2, most: 4, levels: 10 });
    expect(figuresOf(mean, Int32Array.of(35, 9), 20, 25)).toMatchObject({ noise: 0.05 });
  });

  it('of quantiles go over empty bins, and reach as far as noise', () => {
    const query = (...quantiles: number[]) =>
      define({ kind: 'histogram', bins: { edges: Array.from({ length: 11 }, (_, i) => i) }, quantiles });
    type Histogram = Extract<Figures, { kind: 'histogram' }>;
    const quantilesOf = (all: number[]) => (asked(query(0.5), all) as Histogram).quantiles;
    expect(quantilesOf([5.5, 5.5, 5.5])).toEqual([{ quantile: 0.5, value: 5.5, low: 5, high: 6 }]);
    expect(quantilesOf([0.5, 0.5, 2.5, 2.5])).toEqual([{ quantile: 0.5, value: 1, low: 0, high: 3 }]);
    // Ten devices in each bin; ranks 40.2 to 59.8 and those above 90.7, by 15 more for the noise of 12 bins.
    const sum = Int32Array.from({ length: 12 }, (_, i) => (i % 11 === 0 ? 0 : 10));
    const { quantiles } = figuresOf(query(0.5, 0.95), sum, 100, (15 / 1.959964) ** 2 / 12) as Histogram;
    expect(quantiles).toMatchObject([
      { quantile: 0.5, value: 5, low: 2, high: 8 },
      { quantile: 0.95, value: 9.5, low: 7, high: 10 },
    ]);
  });
});

describe('the bins of a histogram', () => {
  it('hold the values at their edges', () => {
    const fixed = binsOf({ edges: [0, 1, 2] });
    expect([-0.1, 0, 0.9, 1, 2, 2.1].map(fixed.indexOf)).toEqual([0, 1, 1, 2, 2, 3]);
    const logarithmic = binsOf({ relative: 0.1, least: 1, most: 100 });
    expect(logarithmic.indexOf(0)).toBe(0);
    expect(logarithmic.indexOf(1)).toBe(1);
    expect(logarithmic.indexOf(100)).toBe(logarithmic.count - 2);
    expect(logarithmic.indexOf(100.1)).toBe(logarithmic.count - 1);
  });
});

describe('an interval', () => {
  it('of a share is that of Wilson', () => {
    // statsmodels 0.14: proportion_confint(8, 20, method='wilson')
    const { low, high } = meanOfCounts(8, 20, 1);
    expect(low).toBeCloseTo(0.2188, 4);
    expect(high).toBeCloseTo(0.61342, 4);
  });

  it('of a mean is as wide as the t distribution says', () => {
    // Abramowitz and Stegun 1964, Table 26.10.
    for (const [degrees, quantile] of [
      [1, 12.706],
      [2, 4.303],
      [3, 3.182],
      [5, 2.571],
      [10, 2.228],
      [30, 2.042],
    ])
      expect(Math.abs(studentQuantile(degrees!) / quantile! - 1)).toBeLessThan(0.01);
  });

  it('holds the truth as often as it says', () => {
    // 400 cohorts of 50 devices, of which 30 % have it.
    let state = 1;
    const uniform = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    let hits = 0;
    for (let i = 0; i < 400; i++) {
      const total = Array.from({ length: 50 }, () => uniform() < 0.3).filter(Boolean).length;
      const { low, high } = meanOfCounts(total, 50, 1);
      if (low <= 0.3 && high >= 0.3) hits += 1;
    }
    expect(hits / 400).toBeGreaterThan(0.92);
  });
});

describe('what became of predictions', () => {
  const query = define({
    kind: 'outcomes',
    outcomes: ['accepted', 'ignored'],
    versions: [1, 2, 3].map(hashOf),
    threshold: 3,
  });
  type Outcomes = Extract<Figures, { kind: 'outcomes' }>;
  const told = fc.record({
    accepted: fc.integer({ min: 0, max: 50 }),
    ignored: fc.integer({ min: 0, max: 50 }),
  });
  const answers = fc.array(fc.tuple(told, told), { minLength: 3, maxLength: 40 });

  it('is counted by version, and its share is that of all that was told', () => {
    fc.assert(
      fc.property(answers, all => {
        const found = asked(
          query,
          all.map(([first, second]) => ({
            [hashOf(1)]: first,
            [hashOf(2)]: second,
            [hashOf(9)]: { accepted: 7 },
          })),
        ) as Outcomes;
        expect(found.versions.map(({ version }) => version)).toEqual(
          query.kind === 'outcomes' && query.versions,
        );
        for (const [at, version] of found.versions.slice(0, 2).entries()) {
          const own = all.map(each => each[at]!).filter(({ accepted, ignored }) => accepted + ignored > 0);
          expect(version.devices).toBe(own.length);
          if (own.length < 3) {
            expect(version).toMatchObject({ predictions: null, outcomes: [] });
            continue;
          }
          const accepted = own.reduce((sum, each) => sum + each.accepted, 0);
          const predictions = own.reduce((sum, each) => sum + each.accepted + each.ignored, 0);
          expect(version.predictions).toBe(predictions);
          const [first, second] = version.outcomes;
          expect(first).toMatchObject({ outcome: 'accepted', count: accepted });
          expect(first!.share.value).toBeCloseTo(accepted / predictions, 12);
          within(first!.share.value, [first!.share.low, first!.share.high]);
          // What is not accepted is ignored: the one interval is the other, from the other side.
          expect(second!.share.low).toBeCloseTo(1 - first!.share.high, 9);
        }
        expect(found.versions[2]).toEqual({
          version: hashOf(3),
          devices: 0,
          predictions: null,
          outcomes: [],
        });
      }),
    );
  });

  it('has an interval that holds the truth of devices that differ, as often as it says', () => {
    // Each device has a share of its own, around 0.3, and between 1 and 40 predictions.
    const random = mulberry(7);
    const [trials, devices, truth] = [400, 40, 0.3];
    let held = 0;
    let naive = 0;
    for (let trial = 0; trial < trials; trial++) {
      const all = Array.from({ length: devices }, () => {
        const share = random() < 0.5 ? truth - 0.2 : truth + 0.2;
        const predictions = 1 + Math.floor(random() * 40);
        const accepted = Array.from({ length: predictions }, () => random() < share).filter(Boolean).length;
        return { [hashOf(1)]: { accepted, ignored: predictions - accepted } };
      });
      const [version] = (asked(query, all) as Outcomes).versions;
      const { low, high } = version!.outcomes[0]!.share;
      if (low <= truth && truth <= high) held += 1;
      const plain = meanOfCounts(version!.outcomes[0]!.count, version!.predictions!, 1);
      if (plain.low <= truth && truth <= plain.high) naive += 1;
    }
    // Exact beforehand: the draws are always the same. As if predictions were independent, far fewer would.
    expect(held / trials).toBeGreaterThan(0.93);
    expect(naive / trials).toBeLessThan(0.75);
  });

  it('whose sum no answers could have led to shows nothing', () => {
    const one = defineQuery({ name: 'asked', kind: 'outcomes', outcomes: ['a'], threshold: 3 });
    const at = { ...one, versions: [hashOf(1)], values: 10 } as unknown as Query;
    // Devices, accepted, its square, its product with all, the square of all.
    const sums = (...elements: number[]) => codeOf(() => figuresOf(at, Int32Array.from(elements), 3));
    expect(sums(3, 6, 12, 12, 12)).toBe('none');
    for (const [i, wrong] of [4, 31, 5, 61, 61].entries())
      expect(sums(...[3, 6, 12, 12, 12].with(i, wrong))).toBe('update.impossible');
    // Squares above what ten predictions of a device make, and products that are not the square of all.
    expect(sums(3, 6, 60, 12, 12)).toBe('none');
    expect(sums(3, 6, 61, 12, 12)).toBe('update.impossible');
    expect(sums(3, 6, 12, 13, 12)).toBe('update.impossible');
    const two = { ...at, outcomes: ['a', 'b'] } as unknown as Query;
    const ofTwo = (...elements: number[]) => codeOf(() => figuresOf(two, Int32Array.from(elements), 3));
    expect(ofTwo(3, 3, 3, 3, 3, 6, 6, 12)).toBe('none');
    expect(ofTwo(3, 3, 3, 3, 2, 6, 6, 12)).toBe('update.impossible');
  });
});

/** Draws from 0 to 1, the same for a seed. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
