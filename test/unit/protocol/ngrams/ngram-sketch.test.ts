import { type CountedNgram, countNgrams, keyOf } from '@murmuration/protocol/ngrams/counted-ngrams';
import type { Ngram } from '@murmuration/protocol/ngrams/ngram-file';
import { listNumbers, mostOfDevice, ngramsOfList } from '@murmuration/protocol/ngrams/ngram-list';
import { candidatesOf, sketchNumbers } from '@murmuration/protocol/ngrams/ngram-sketch';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import { type FoundNumbers, readNumbers } from '@murmuration/protocol/queries/found-numbers';
import { textHash } from '@murmuration/protocol/queries/text-hash';
import { encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../property-seed.ts';

const threshold = 3;
const classes = 12;
const firstClass = 4;
/** Small, so that n-grams collide. */
const form = { rows: 2, buckets: 64 };

/** Sequences of each device, which begin with the id 1 and hold others that are no words. */
const devices = fc.array(
  fc.array(
    fc.array(fc.integer({ min: 2, max: classes - 1 }), { maxLength: 9 }).map(words => [1, ...words]),
    { maxLength: 6 },
  ),
  { minLength: threshold, maxLength: 9 },
);

/** What a query of numbers finds, by the code of devices and coordinator. */
function ask(numbers: number, answers: readonly (readonly number[])[]): Map<number, number> {
  const query = defineQuery({ name: 'ngrams', kind: 'numbers', threshold, numbers });
  const sum = new Int32Array(queryForm(query, answers.length).elements);
  for (const answer of answers)
    for (const [i, element] of encodeAnswer(query, answer).entries()) sum[i] = sum[i]! + element;
  return readNumbers(figuresOf(query, sum, answers.length) as FoundNumbers);
}

const asked = { firstClass, most: 1_000 };
const words = Array.from({ length: classes - firstClass }, (_, i) => [firstClass + i]);
const mapOf = (ngrams: readonly Ngram[]) => new Map(ngrams.map(each => [keyOf(each.ids), each]));

/** N-grams of 1 to 3 ids, as rounds find them. */
function found(all: readonly (readonly (readonly number[])[])[]): Ngram[] {
  const result: Ngram[] = [];
  let shorter: Map<string, Ngram> | undefined;
  for (const length of [1, 2, 3]) {
    const own = all.map(each => countNgrams(each, { ...asked, length, shorter }));
    let list: (readonly number[])[] = words;
    if (shorter) {
      const filled = ask(
        form.rows * form.buckets,
        own.map(each => [...new Set(each.flatMap(({ ids }) => sketchNumbers(ids, form)))]),
      );
      list = candidatesOf(length, { classes, firstClass, others: [1, 2, 3] }, shorter, filled, form);
    }
    const devices = ask(
      Math.max(16, 5 * list.length),
      own.map(each => listNumbers(each, list)),
    );
    const ngrams = ngramsOfList(list, devices);
    result.push(...ngrams);
    shorter = mapOf(ngrams);
  }
  return result;
}

/** The same by counting in one place. */
function counted(all: readonly (readonly (readonly number[])[])[]): Map<string, number> {
  const onDevices = new Map<string, number[]>();
  for (const sequences of all) {
    const own = new Map<string, number>();
    for (const ids of sequences)
      for (let end = 1; end <= ids.length; end++)
        for (let length = 1; length <= Math.min(3, end); length++)
          if (ids[end - 1]! >= firstClass) {
            const key = ids.slice(end - length, end).join(' ');
            own.set(key, (own.get(key) ?? 0) + 1);
          }
    for (const [key, count] of own) onDevices.set(key, [...(onDevices.get(key) ?? []), count]);
  }
  const doubling = (count: number) =>
    count < 1 ? 0 : Math.min(mostOfDevice, 2 ** Math.floor(Math.log2(count)));
  const kept = [...onDevices].flatMap(([key, counts]) => {
    if (counts.length < threshold) return [];
    // Of each doubling only what enough devices have reached.
    const levels = [1, 2, 4, 8, 16].filter(
      least => counts.filter(count => count >= least).length >= threshold,
    );
    const most = Math.max(...levels);
    return [[key, counts.reduce((sum, count) => sum + doubling(Math.min(count, most)), 0)] as const];
  });
  return new Map(kept);
}

describe('n-grams of many devices', () => {
  it('QY12: are those that as many devices have as the threshold, each counted in doublings', () => {
    fc.assert(
      fc.property(devices, all => {
        expect(new Map(found(all).map(({ ids, count }) => [keyOf(ids), count]))).toEqual(counted(all));
      }),
      { numRuns: 60 },
    );
  });

  it('QY12: are said by the numbers of the SPEC', () => {
    // MurmurHash3 of "test" in UTF-8, one u32, as its article in Wikipedia lists it.
    const test = new DataView(new TextEncoder().encode('test').buffer).getUint32(0, true);
    expect(sketchNumbers([test], { rows: 1, buckets: 1_000 })).toEqual([0xba6bd213 % 1_000]);
    // Of two ids as of both words in one text, and in another row with another seed.
    expect(sketchNumbers([test, test], { rows: 2, buckets: 1_000 })).toEqual([
      textHash('testtest', 0) % 1_000,
      1_000 + (textHash('testtest', 1) % 1_000),
    ]);
    const [first, second] = sketchNumbers([7, 8], { rows: 2, buckets: 50 });
    expect([first! < 50, second! >= 50 && second! < 100]).toEqual([true, true]);
  });

  it('QY12: may be all whose parts that end with a class are known, of which all numbers were found', () => {
    const known = (...all: number[][]) => new Map(all.map(ids => [keyOf(ids), { ids }]));
    const alphabet = { classes: 7, firstClass: 4, others: [1, 2] };
    const all = { has: () => true };
    // Before a class: other ids, and classes that are frequent themselves.
    expect(candidatesOf(2, alphabet, known([6], [5]), all, form)).toEqual([
      [1, 5],
      [1, 6],
      [2, 5],
      [2, 6],
      [5, 5],
      [5, 6],
      [6, 5],
      [6, 6],
    ]);
    // Nothing ends with the pair 4 and another; anything may precede the pair that begins with no class.
    const pairs = known([6, 5], [5, 6], [1, 5], [4, 5]);
    expect(candidatesOf(3, alphabet, pairs, all, form)).toEqual([
      [1, 1, 5],
      [1, 5, 6],
      [2, 1, 5],
      [4, 1, 5],
      [4, 5, 6],
      [5, 1, 5],
      [5, 6, 5],
      [6, 1, 5],
      [6, 5, 6],
    ]);
    expect(candidatesOf(3, alphabet, pairs, all, form, [{ ids: [6, 5] }])).toEqual([[5, 6, 5]]);
    const some = new Set(sketchNumbers([5, 6, 5], form));
    expect(candidatesOf(3, alphabet, pairs, some, form, [{ ids: [6, 5] }])).toEqual([[5, 6, 5]]);
    for (const number of some) {
      const fewer = new Set(some);
      fewer.delete(number);
      expect(candidatesOf(3, alphabet, pairs, fewer, form, [{ ids: [6, 5] }])).toEqual([]);
    }
  });

  it('QY12: holds no n-gram with a rare part, and no more than a device may say', () => {
    const sequences = [
      [1, 5, 6, 7],
      [1, 5, 6, 8],
      [1, 5, 6],
    ];
    const shorter = new Map([
      ['5 6', null],
      ['1 5', null],
    ]);
    const said = (most: number): CountedNgram[] =>
      countNgrams(sequences, { length: 3, firstClass, most, shorter });
    expect(said(9)).toEqual([{ ids: [1, 5, 6], count: 3 }]);
    expect(countNgrams(sequences, { length: 1, firstClass, most: 2 })).toEqual([
      { ids: [5], count: 3 },
      { ids: [6], count: 3 },
    ]);
  });

  it('QY12: adds no more of a device than 16 to a count', () => {
    const list = [[5]];
    for (const count of [1, 3, 15, 16, 1_000]) {
      const numbers = listNumbers([{ ids: [5], count }], list);
      const [ngram] = ngramsOfList(list, new Map(numbers.map(number => [number, 1])));
      expect(ngram!.count).toBe(Math.min(mostOfDevice, 2 ** Math.floor(Math.log2(count))));
    }
  });
});
