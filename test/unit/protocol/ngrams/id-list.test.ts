import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { inOrder, listed, readIdList, writeIdList } from '@murmuration/protocol/ngrams/id-list';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../property-seed.ts';

const terms = { length: 3, classes: 200, firstClass: 2 };

const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof MurmurationError && error.code === 'request.invalid') return error.detail!;
    throw error;
  }
  return 'none';
};

describe('a list of n-grams', () => {
  it('has the bytes of the specification', () => {
    // Three; nothing in common, 1 − 0, 0, 5; two in common, 7 − 6; nothing in common, 130 − 2 in two bytes, 0, 2.
    const bytes = [3, 0, 1, 0, 5, 2, 1, 0, 128, 1, 0, 2];
    expect([
      ...writeIdList([
        [130, 0, 2],
        [1, 0, 5],
        [1, 0, 7],
      ]),
    ]).toEqual(bytes);
    expect(readIdList(Uint8Array.from(bytes), terms)).toEqual([
      [1, 0, 5],
      [1, 0, 7],
      [130, 0, 2],
    ]);
    expect(listed(Uint8Array.from(bytes))).toBe(3);
  });

  it('comes back in rising order, whatever the order it was written in', () => {
    const id = fc.nat(199);
    const ngram = fc.tuple(id, id, fc.integer({ min: 2, max: 199 }));
    fc.assert(
      fc.property(fc.uniqueArray(ngram, { selector: String, maxLength: 50 }), ngrams => {
        expect(readIdList(writeIdList(ngrams), terms)).toEqual(ngrams.toSorted(inOrder));
      }),
    );
  });

  it('says nothing of no n-grams', () => {
    expect([...writeIdList([])]).toEqual([0]);
    expect(readIdList(Uint8Array.of(0), terms)).toEqual([]);
  });

  it.each([
    [
      'an id that is no class at its end',
      [1, 0, 0, 0, 1],
      'A list of n-grams: The n-gram 0 0 1 is none of 200 classes from 2 on.',
    ],
    [
      'an id beyond the classes',
      [1, 0, 200, 1, 0, 5],
      'A list of n-grams: The n-gram 200 0 5 is none of 200 classes from 2 on.',
    ],
    ['ids in common with none', [1, 1, 0, 0, 5], 'A list of n-grams: 1 ids in common are too many.'],
    ['all ids in common', [2, 0, 0, 0, 5, 3, 0], 'A list of n-grams: 3 ids in common are too many.'],
    ['bytes behind it', [1, 0, 0, 0, 5, 0], 'A list of n-grams: There are bytes behind the last n-gram.'],
    ['more n-grams than it may have', [129, 128, 4], 'A list of n-grams: It has 65537; 65536 are the most.'],
  ])('with %s is refused', (_, bytes, sentence) => {
    expect(refusal(() => readIdList(Uint8Array.from(bytes), terms))).toBe(sentence);
  });

  it('that ends early, or says that it has the most, is told apart', () => {
    expect(refusal(() => readIdList(Uint8Array.of(1, 0, 0, 0), terms))).toMatch(/^A list of n-grams: /);
    expect(listed(Uint8Array.of(128, 128, 4))).toBe(65_536);
  });
});

describe('the order of n-grams', () => {
  it('goes by the first ids that differ', () => {
    expect(inOrder([1, 9], [2, 0])).toBeLessThan(0);
    expect(inOrder([1, 9], [1, 8])).toBeGreaterThan(0);
    expect(inOrder([1, 9], [1, 9])).toBe(0);
    expect(inOrder([1], [1, 9])).toBe(0);
  });
});
