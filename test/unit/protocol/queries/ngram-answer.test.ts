import { writeIdList } from '@murmuration/protocol/ngrams/id-list';
import { sketchNumbers } from '@murmuration/protocol/ngrams/ngram-sketch';
import {
  areSequences,
  encodeNgramAnswer,
  isSoundNgrams,
  listOf,
  mostNgrams,
  ngramElements,
  numbersOfNgram,
} from '@murmuration/protocol/queries/ngram-answer';
import type { NgramsQuery } from '@murmuration/protocol/queries/query';
import { describe, expect, it } from 'vitest';

const query: NgramsQuery = {
  name: 'words',
  kind: 'ngrams',
  threshold: 3,
  period: 86_400_000,
  classes: 10,
  firstClass: 2,
  values: 2,
  sketches: [
    { rows: 2, buckets: 32 },
    { rows: 3, buckets: 64 },
  ],
};
const step = (length: number, asks: 'sketch' | 'list', ngrams: number[][]): NgramsQuery => ({
  ...query,
  step: { length, asks, ngrams: writeIdList(ngrams) },
});
const said = (asked: NgramsQuery, sequences: number[][]) =>
  [...encodeNgramAnswer(asked, sequences).entries()].flatMap(([at, value]) => (value === 1 ? [at] : []));

describe('an answer about n-grams', () => {
  it('begins with the classes, five numbers each', () => {
    expect(ngramElements(query)).toBe(5 * 8);
    expect(numbersOfNgram(query)).toBe(5);
    expect(listOf(query)).toEqual([[2], [3], [4], [5], [6], [7], [8], [9]]);
    // The two most frequent ones: 5 three times, and 4, which is before 9; of 1 nothing is said.
    expect(
      said(query, [
        [1, 5, 5, 9],
        [5, 4],
      ]),
    ).toEqual([10, 15, 16]);
  });

  it('fills the buckets of n-grams whose parts are known to be frequent', () => {
    const asked = step(2, 'sketch', [[4], [5]]);
    expect(ngramElements(asked)).toBe(64);
    expect(numbersOfNgram(asked)).toBe(2);
    expect(listOf(asked)).toEqual([]);
    const expected = [...sketchNumbers([4, 5], { rows: 2, buckets: 32 })].sort((a, b) => a - b);
    // 6 is rare, and so is what it is in.
    expect(
      said(asked, [
        [4, 5],
        [6, 5],
        [5, 6],
      ]),
    ).toEqual(expected);
  });

  it('takes the sketch of its length', () => {
    const asked = step(3, 'sketch', [
      [4, 5],
      [5, 4],
    ]);
    expect(ngramElements(asked)).toBe(192);
    expect(numbersOfNgram(asked)).toBe(3);
    const expected = [...sketchNumbers([4, 5, 4], { rows: 3, buckets: 64 })].sort((a, b) => a - b);
    expect(said(asked, [[4, 5, 4]])).toEqual(expected);
  });

  it('counts those on the list, the most frequent first, as many as the query takes', () => {
    const asked = step(2, 'list', [
      [4, 5],
      [5, 4],
      [4, 4],
    ]);
    expect(ngramElements(asked)).toBe(15);
    expect(listOf(asked)).toEqual([
      [4, 4],
      [4, 5],
      [5, 4],
    ]);
    // [4, 5] twice, [5, 4] once; [4, 4] once as well, and its key is the first, so that [5, 4] has no place.
    expect(
      said(asked, [
        [4, 5, 4, 5],
        [4, 4],
        [9, 9],
        [9, 9],
      ]),
    ).toEqual([0, 5, 6]);
  });

  it('goes over no id that the query does not know', () => {
    expect(said(step(2, 'list', [[4, 5]]), [[4, 10, 5]])).toEqual([]);
    expect(said(step(2, 'list', [[4, 5]]), [[10, 4, 5, 10]])).toEqual([0]);
  });

  it.each([
    [[[1, 2], []], true],
    [[], true],
    ['1 2', false],
    [[1, 2], false],
    [[[1, -1]], false],
    [[[0.5]], false],
    [[['1']], false],
  ])('%j are sequences: %j', (value, are) => {
    expect(areSequences(value)).toBe(are);
  });
});

describe('a list that a coordinator asks about', () => {
  it('is no longer than answers of a cohort can make it', () => {
    // Ten devices say two each, and three have said each on the list.
    expect(mostNgrams(query, 10)).toBe(6);
    const six = [2, 3, 4, 5, 6, 7].map(id => [id, id]);
    expect(isSoundNgrams(step(2, 'list', six), 10)).toBe(true);
    expect(isSoundNgrams(step(2, 'list', [...six, [8, 8]]), 10)).toBe(false);
    expect(isSoundNgrams(query, 3)).toBe(true);
  });

  it('has n-grams one shorter before a sketch, and none that is no n-gram', () => {
    expect(isSoundNgrams(step(3, 'sketch', [[4, 5]]), 10)).toBe(true);
    expect(isSoundNgrams(step(3, 'sketch', [[4, 5, 6]]), 10)).toBe(false);
    expect(isSoundNgrams(step(2, 'list', [[4, 1]]), 10)).toBe(false);
    expect(isSoundNgrams({ ...query, step: { length: 2, asks: 'list', ngrams: new Uint8Array() } }, 10)).toBe(
      false,
    );
  });
});
