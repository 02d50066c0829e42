import { type Context, NgramCounts, type NgramTuple } from '@murmuration/client-sdk/hybrid/ngram-counts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const token = fc.integer({ min: 2, max: 6 });
const ngrams = fc.array(fc.tuple(token, token, token, token), { maxLength: 60 });
const context = fc.tuple(token, token, token);
const halfLives = fc.constantFrom(1, 7.5, 1_500, Number.POSITIVE_INFINITY);

function counted(
  given: readonly NgramTuple[],
  capacity = 1_000,
  halfLife = Number.POSITIVE_INFINITY,
  classes = 8,
): NgramCounts {
  const counts = new NgramCounts(capacity, halfLife, classes);
  for (const ngram of given) counts.add(ngram);
  return counts;
}

/** P(next | context) straight from its definition, by the ages of n-grams. */
function byDefinition(given: readonly NgramTuple[], [previous, older, oldest]: Context, halfLife: number) {
  const after = (next: number, length: number): number => {
    if (length < 0) return 1 / 6;
    const wanted = [previous, older, oldest].slice(0, length);
    const found = given
      .map((ngram, i) => ({ ngram, weight: 2 ** -((given.length - 1 - i) / halfLife) }))
      .filter(({ ngram }) => wanted.every((id, at) => ngram[at] === id));
    const sum = (of: typeof found) => of.reduce((all, { weight }) => all + weight, 0);
    if (found.length === 0) return after(next, length - 1);
    const kinds = new Set(found.map(({ ngram }) => ngram[3])).size;
    const came = sum(found.filter(({ ngram }) => ngram[3] === next));
    return (came + kinds * after(next, length - 1)) / (sum(found) + kinds);
  };
  return (next: number) => after(next, 3);
}

describe('counts of n-grams', () => {
  it('give a distribution over the classes that may follow', () => {
    fc.assert(
      fc.property(ngrams, context, halfLives, (given, after, halfLife) => {
        const values = counted(given, 1_000, halfLife).probabilities(after, 2);
        expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
        expect([...values.subarray(0, 2)]).toEqual([0, 0]);
        expect(values.subarray(2).every(value => value > 0)).toBe(true);
      }),
    );
  });

  it('weigh contexts by Witten and Bell', () => {
    const given: NgramTuple[] = [
      [5, 4, 7, 2],
      [5, 4, 8, 2],
      [5, 4, 9, 3],
      [6, 4, 7, 3],
    ];
    const counts = counted(given, 1_000, Number.POSITIVE_INFINITY, 6);
    // Of 4 tokens 2 and 3 came twice each: P(2) = (2 + 2 · 1/4) / (4 + 2) over four classes.
    const unigram = (2 + 2 / 4) / 6;
    const bigram = (2 + 2 * unigram) / 5;
    const trigram = (2 + 2 * bigram) / 5;
    expect(counts.probabilities([5, 4, 7], 2)[2]).toBeCloseTo((1 + trigram) / 2, 6);
    expect(counts.probabilities([5, 4, 2], 2)[2]).toBeCloseTo(trigram, 6);
    expect(counts.probabilities([5, 3, 2], 2)[2]).toBeCloseTo(bigram, 6);
    expect(counts.probabilities([3, 3, 2], 2)[2]).toBeCloseTo(unigram, 6);
  });

  it('count what is older by their half-life half as much, by the definition', () => {
    fc.assert(
      fc.property(ngrams, context, halfLives, (given, after, halfLife) => {
        const values = counted(given, 1_000, halfLife).probabilities(after, 2);
        const expected = byDefinition(given, after, halfLife);
        for (let next = 2; next < 8; next++) expect(values[next]).toBeCloseTo(expected(next), 5);
      }),
    );
  });

  it('go on for ever, however small the half-life', () => {
    const given = Array.from(
      { length: 5_000 },
      (_, i): NgramTuple => [2 + (i % 3), 2 + (i % 4), 2, 2 + (i % 5)],
    );
    const counts = counted(given, 1_000, 1);
    const values = counts.probabilities([3, 3, 2], 2);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    const newest = given.slice(-1_000);
    const expected = byDefinition(newest, [3, 3, 2], 1);
    for (let next = 2; next < 8; next++) expect(values[next]).toBeCloseTo(expected(next), 5);
  });

  it('know a context by its last input, by the last two, and by them and often from the fourth time on', () => {
    const counts = counted([[3, 6, 2, 2]]);
    const known = () => counts.known([5, 4, 2]);
    expect(known()).toBe(0);
    counts.add([5, 3, 2, 2]);
    expect(known()).toBe(1);
    const levels = Array.from({ length: 5 }, (_, time) => {
      counts.add([5, 4, 2 + time, 2]);
      return known();
    });
    expect(levels).toEqual([2, 2, 2, 3, 3]);
  });

  it('know nothing at first', () => {
    expect([...counted([], 1_000, 1, 4).probabilities([2, 3, 4], 2)]).toEqual([0, 0, 0.5, 0.5]);
  });

  it('tell numbers beyond the classes as they would tell classes, but for the share of what never came', () => {
    fc.assert(
      fc.property(ngrams, context, halfLives, (given, after, halfLife) => {
        const values = counted(given, 1_000, halfLife).probabilities(after, 2);
        // Beyond 5 there is nothing that never came.
        const some = counted(given, 1_000, halfLife, 5);
        const beyond = some.beyond(after);
        const all = [...some.probabilities(after, 2), ...beyond.values()];
        expect(all.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
        for (const [number, share] of beyond) {
          expect(number).toBeGreaterThanOrEqual(5);
          expect(share).toBeLessThanOrEqual(values[number]! + 1e-6);
        }
        expect([...beyond.keys()].sort()).toEqual(
          [...new Set(given.map(ngram => ngram[3]).filter(next => next >= 5))].sort(),
        );
      }),
    );
  });

  it('forget all but the newest, as if the others had never come', () => {
    fc.assert(
      fc.property(
        ngrams,
        fc.integer({ min: 1, max: 10 }),
        context,
        halfLives,
        (given, capacity, after, halfLife) => {
          const counts = counted(given, capacity, halfLife);
          const kept = given.slice(-capacity);
          expect([...counts]).toEqual(kept);
          const [values, others] = [counts, counted(kept, capacity, halfLife)].map(each =>
            each.probabilities(after, 2),
          );
          for (let next = 2; next < 8; next++) expect(values![next]).toBeCloseTo(others![next]!, 5);
        },
      ),
    );
  });
});
