import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import { longestAnswer } from '@murmuration/protocol/queries/longest-answer';
import type { Query } from '@murmuration/protocol/queries/query';
import { readQuery, writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { type Answer, encodeAnswer } from '@murmuration/protocol/queries/vector';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../property-seed.ts';
import { seededRandom } from '../../../seeded-random.ts';

const budget = { epsilon: 4, delta: 1e-6, rounds: 30 };
const define = (definition: object): Query =>
  defineQuery({ name: 'asked', threshold: 3, privacy: budget, ...definition } as QueryDefinition);

describe('the privacy budget of a query', () => {
  it('is a part of what devices are told, with Skellam noise by default', () => {
    const query = define({ kind: 'count' });
    expect(query.privacy).toEqual({ ...budget, noise: 'skellam' });
    expect(readQuery(writeQuery(query))).toEqual(query);
    expect(defineQuery({ name: 'bare', kind: 'count' })).not.toHaveProperty('privacy');
  });

  // biome-ignore format: one refusal a line
  it.each([
    ['without ε', { privacy: { delta: 1e-6, rounds: 3 } }, 'epsilon has to be a number'],
    ['with δ = 1', { privacy: { ...budget, delta: 1 } }, 'delta has to be a number'],
    ['for no sum', { privacy: { ...budget, rounds: 0 } }, 'rounds has to be a whole number'],
    ['with Laplace noise', { privacy: { ...budget, noise: 'laplace' } }, 'noise has to be skellam or discreteGaussian'],
    ['with a field that it has not', { privacy: { ...budget, clip: 1 } }, 'no field clip'],
    ['that is a number', { privacy: 4 }, 'privacy has to be epsilon'],
    ['of different values', { kind: 'distinct' }, 'which buckets are empty'],
    ['of outcomes', { kind: 'outcomes', outcomes: ['accepted'] }, 'squares and products'],
    ['of texts that nobody has listed', { kind: 'heavy-hitters' }, 'have to be exact'],
  ])('%s is refused, with the reason', (_, definition, why) => {
    const defining = () => define({ kind: 'count', ...definition });
    expect(defining).toThrow(expect.objectContaining({ code: 'config.invalid' }));
    expect(defining).toThrow(why);
  });
});

const answered: fc.Arbitrary<{ query: Query; answer: Answer }> = fc.oneof(
  fc.boolean().map(answer => ({ query: define({ kind: 'count' }), answer })),
  fc
    .record({
      kind: fc.constantFrom('sum', 'mean'),
      levels: fc.integer({ min: 1, max: 5_000 }),
      answer: fc.double({ min: -3, max: 8, noNaN: true }),
    })
    .map(({ kind, levels, answer }) => ({ query: define({ kind, least: -3, most: 8, levels }), answer })),
  fc
    .record({
      values: fc.integer({ min: 1, max: 20 }),
      all: fc.array(fc.double({ min: -1, max: 12, noNaN: true }), { maxLength: 20 }),
    })
    .map(({ values, all }) => ({
      query: define({ kind: 'histogram', bins: { edges: [0, 3, 9] }, values }),
      answer: all.slice(0, values),
    })),
  fc
    .record({
      values: fc.integer({ min: 1, max: 9 }),
      all: fc.array(fc.constantFrom('a', 'b', 'x'), { maxLength: 9 }),
    })
    .map(({ values, all }) => ({
      query: define({ kind: 'top', items: ['a', 'b'], values }),
      answer: all.slice(0, values),
    })),
);

describe('the longest answer', () => {
  const norm = (elements: Int32Array) => Math.hypot(...elements);

  it('QY10: is not exceeded by any', () => {
    fc.assert(
      fc.property(answered, ({ query, answer }) => {
        expect(norm(encodeAnswer(query, answer))).toBeLessThanOrEqual(longestAnswer(query) * (1 + 1e-12));
      }),
      { numRuns: 500 },
    );
  });

  it.each<[object, Answer]>([
    [{ kind: 'count' }, true],
    [{ kind: 'sum', least: 0, most: 1 }, 1],
    [{ kind: 'mean', least: 0, most: 1 }, 1],
    [{ kind: 'histogram', bins: { edges: [0, 1] }, values: 3 }, [0.5, 0.5, 0.5]],
    [{ kind: 'top', items: ['a'], values: 4 }, ['a', 'a', 'a', 'a']],
  ])('QY10: is reached: %j', (definition, answer) => {
    const query = define(definition);
    expect(norm(encodeAnswer(query, answer))).toBeCloseTo(longestAnswer(query), 9);
  });

  it('has no meaning for sums that take no noise', () => {
    const query = defineQuery({ name: 'asked', kind: 'distinct' });
    expect(() => longestAnswer(query)).toThrow(
      'A query of the kind distinct takes no noise. [config.invalid]',
    );
  });
});

describe('figures with noise', () => {
  const count = define({ kind: 'count' });

  it('QY10: never say what devices could not have said', () => {
    const none = figuresOf(count, Int32Array.of(-7), 20, 25);
    expect(none).toMatchObject({ kind: 'count', count: 0, noise: 5, share: { value: 0, low: 0 } });
    const all = figuresOf(count, Int32Array.of(29), 20, 25);
    expect(all).toMatchObject({ count: 20, share: { value: 1, high: 1 } });
    const sum = figuresOf(define({ kind: 'sum', least: 2, most: 4, levels: 10 }), Int32Array.of(-3), 20, 25);
    expect(sum).toMatchObject({ kind: 'sum', noise: 1, sum: { value: 40 } });
    const mean = figuresOf(define({ kind: 'mean', least: 0, most: 1 }), Int32Array.of(30_000, -9), 20, 25);
    expect(mean).toMatchObject({ kind: 'mean', mean: { value: 1, high: 1 }, deviation: 0 });
  });

  it('have wider intervals the more of it there is, and none without', () => {
    const widthAt = (variance: number) => {
      const found = figuresOf(count, Int32Array.of(40), 100, variance);
      if (found.kind !== 'count') throw new Error(found.kind);
      return found.share.high - found.share.low;
    };
    expect(widthAt(100)).toBeGreaterThan(widthAt(0));
    expect(widthAt(900)).toBeGreaterThan(widthAt(100));
    expect(figuresOf(count, Int32Array.of(40), 100)).not.toHaveProperty('noise');
    expect(() => figuresOf(count, Int32Array.of(-1), 100)).toThrow(
      expect.objectContaining({ code: 'update.impossible' }),
    );
  });

  it('widens the interval of a mean by no more than both reasons together', () => {
    const query = define({ kind: 'mean', least: 0, most: 1, levels: 100 });
    // All of 10,000 devices say 50 of 100 levels; a deviation of 500 levels in the sum is 0.0005 of the mean.
    const found = figuresOf(query, Int32Array.of(500_000, 250_000), 10_000, 500 ** 2);
    if (found.kind !== 'mean') throw new Error(found.kind);
    const { value, low, high } = found.mean;
    expect(value).toBeCloseTo(0.5, 9);
    for (const half of [value - low, high - value]) {
      expect(half).toBeGreaterThan(1.95 * 0.0005);
      expect(half).toBeLessThan(1.95 * 0.001);
    }
  });

  /** Numbers that are about normal, with mean 0 and variance 1. */
  function normals(seed: number): () => number {
    const random = seededRandom(seed);
    return () => (random(48).reduce((sum, byte) => sum + byte, 0) / 255 - 24) / Math.sqrt(48 / 12);
  }

  it('have intervals that hold the truth of all devices in 95 % of draws, or more', () => {
    const normal = normals(3);
    const uniform = seededRandom(4);
    const query = define({ kind: 'mean', least: 0, most: 1, levels: 100 });
    const [runs, devices, deviation] = [600, 40, 30];
    let held = 0;
    for (let run = 0; run < runs; run++) {
      const sum = new Int32Array(2);
      for (let device = 0; device < devices; device++)
        encodeAnswer(query, uniform(1)[0]! / 255).forEach((element, i) => {
          sum[i]! += element;
        });
      const noisy = sum.map(element => Math.round(element + deviation * normal()));
      const found = figuresOf(query, noisy, devices, deviation ** 2);
      if (found.kind !== 'mean') throw new Error(found.kind);
      if (found.mean.low <= 0.5 && found.mean.high >= 0.5) held += 1;
    }
    expect(held / runs).toBeGreaterThan(0.94);
  });

  it('know quantiles in spite of hundreds of bins that have nothing but noise', () => {
    const normal = normals(5);
    const edges = Array.from({ length: 300 }, (_, i) => i);
    const query = define({ kind: 'histogram', bins: { edges }, quantiles: [0.5] });
    const sum = new Int32Array(301).map((_, i) => (i === 151 ? 5_000 : 0) + Math.round(3 * normal()));
    const found = figuresOf(query, sum, 5_000, 9);
    if (found.kind !== 'histogram') throw new Error(found.kind);
    const [median] = found.quantiles;
    expect(median!.value).toBeGreaterThanOrEqual(150);
    expect(median!.value).toBeLessThanOrEqual(151);
    expect(found.bins.every(bin => bin.count >= 0)).toBe(true);
    const empty = figuresOf(query, new Int32Array(301).fill(-1), 5_000, 9);
    expect(empty).toMatchObject({ quantiles: [{ value: null }] });
  });
});
