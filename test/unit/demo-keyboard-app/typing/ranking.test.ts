import { likeliestWords as likeliest } from '@murmuration/demo-keyboard-app/task/typing/ranking';
import { firstWordId, Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const vocabulary = new Vocabulary(['the', 'to', 'you', 'that', 'this']);
const likeliestWords = (
  values: Float32Array,
  words: Vocabulary,
  count: number,
  prefix: string,
  own: ReadonlyMap<string, number> = new Map(),
) => likeliest({ values, own }, words, count, prefix);
const probabilities = (values: readonly number[]) => Float32Array.of(0.9, 0.9, 0.9, 0.9, ...values);

it('is ordered by probability, and never holds what is no word', () => {
  const values = probabilities([0.1, 0.3, 0.2, 0.05, 0.06]);
  expect(likeliestWords(values, vocabulary, 3, '')).toEqual(['to', 'you', 'the']);
});

it('keeps to the letters that are written', () => {
  const values = probabilities([0.1, 0.3, 0.2, 0.05, 0.06]);
  expect(likeliestWords(values, vocabulary, 3, 'th')).toEqual(['the', 'this', 'that']);
  expect(likeliestWords(values, vocabulary, 3, 'x')).toEqual([]);
});

it('leaves out what can not come', () => {
  expect(likeliestWords(probabilities([0, 0.3, 0, 0, 0]), vocabulary, 3, '')).toEqual(['to']);
});

it('holds no numbers: what is suggested are words', () => {
  const digits = new Vocabulary(['2', 'u', '4']);
  expect(likeliestWords(probabilities([0.5, 0.1, 0.4]), digits, 3, '')).toEqual(['u']);
});

it('has own words among those of the model', () => {
  const values = probabilities([0.22, 0.14, 0.09, 0, 0]);
  const own = new Map([
    ['Netherfield', 0.4],
    ['Longbourn', 0.15],
  ]);
  expect(likeliestWords(values, vocabulary, 4, '', own)).toEqual(['Netherfield', 'the', 'Longbourn', 'to']);
  expect(likeliestWords(values, vocabulary, 3, 'l', own)).toEqual(['Longbourn']);
});

it('is the beginning of the sorted list', () => {
  const numbers = fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 5 }), (values, count) => {
      const given = probabilities(values);
      const sorted = vocabulary.words
        .map((word, i) => ({ word, probability: given[firstWordId + i]! }))
        .filter(({ probability }) => probability > 0)
        .sort((a, b) => b.probability - a.probability)
        .slice(0, count);
      expect(likeliestWords(given, vocabulary, count, '')).toEqual(sorted.map(({ word }) => word));
    }),
  );
});
