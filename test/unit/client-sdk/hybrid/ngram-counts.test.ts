import { type Ngram, NgramCounts } from '@murmuration/client-sdk/hybrid/ngram-counts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const token = fc.integer({ min: 2, max: 6 });
const ngrams = fc.array(fc.tuple(token, token, token), { maxLength: 60 });

function counted(given: readonly Ngram[], capacity = 1_000): NgramCounts {
  const counts = new NgramCounts(capacity);
  for (const ngram of given) counts.add(ngram);
  return counts;
}

describe('counts of n-grams', () => {
  it('give a distribution over the classes that may follow', () => {
    fc.assert(
      fc.property(ngrams, token, token, (given, previous, older) => {
        const values = counted(given).probabilities(previous, older, 8, 2);
        expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
        expect([...values.subarray(0, 2)]).toEqual([0, 0]);
        expect(values.subarray(2).every(value => value > 0)).toBe(true);
      }),
    );
  });

  it('weigh contexts by Witten and Bell', () => {
    const counts = counted([
      [5, 4, 2],
      [5, 4, 2],
      [5, 4, 3],
      [6, 4, 3],
    ]);
    // Of 4 tokens 2 and 3 came twice each: P(2) = (2 + 2 · 1/4) / (4 + 2) over four classes.
    const unigram = (2 + 2 / 4) / 6;
    const bigram = (2 + 2 * unigram) / 5;
    expect(counts.probabilities(5, 4, 6, 2)[2]).toBeCloseTo((2 + 2 * bigram) / 5, 6);
    expect(counts.probabilities(5, 3, 6, 2)[2]).toBeCloseTo(bigram, 6);
    expect(counts.probabilities(3, 3, 6, 2)[2]).toBeCloseTo(unigram, 6);
  });

  it('know nothing at first', () => {
    expect([...counted([]).probabilities(2, 3, 4, 2)]).toEqual([0, 0, 0.5, 0.5]);
  });

  it('forget all but the newest, as if the others had never come', () => {
    fc.assert(
      fc.property(
        ngrams,
        fc.integer({ min: 1, max: 10 }),
        token,
        token,
        (given, capacity, previous, older) => {
          const counts = counted(given, capacity);
          const kept = given.slice(-capacity);
          expect([...counts]).toEqual(kept);
          expect(counts.probabilities(previous, older, 8, 2)).toEqual(
            counted(kept).probabilities(previous, older, 8, 2),
          );
        },
      ),
    );
  });
});
