import {
  firstWordId,
  mostFrequentWords,
  numberId,
  paddingId,
  startId,
  unknownId,
  Vocabulary,
} from '@murmuration/demo-keyboard-app/task/vocabulary';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const messages = ['b a 2012', 'a c b', 'a c d 99'];

describe('a vocabulary', () => {
  it('keeps the most frequent words, and of equally frequent ones the first by code unit', () => {
    expect(mostFrequentWords(messages, firstWordId + 3).words).toEqual(['a', 'b', 'c']);
    expect(mostFrequentWords(messages, firstWordId + 9).words).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is the same for the same text in any order', () => {
    const text = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd', '10')).map(words => words.join(' ')));
    fc.assert(
      fc.property(text, fc.integer({ min: firstWordId, max: 9 }), (written, size) => {
        const vocabulary = mostFrequentWords(written, size);
        expect(vocabulary.size).toBeLessThanOrEqual(size);
        expect(mostFrequentWords(written.toReversed(), size).words).toEqual(vocabulary.words);
      }),
    );
  });

  it('has different ids for padding, start, unknown word, number and each word, all below its size', () => {
    const vocabulary = new Vocabulary(['x', 'y']);
    const ids = [paddingId, startId, unknownId, numberId, vocabulary.id('x'), vocabulary.id('y')];
    expect(ids).toEqual([...Array(vocabulary.size).keys()]);
  });

  it('encodes words, words that it lacks, and numbers', () => {
    const vocabulary = mostFrequentWords(messages, firstWordId + 2);
    expect(vocabulary.encode('A z 1234, b!')).toEqual([firstWordId, unknownId, numberId, firstWordId + 1]);
  });

  it('finds the word of an id, and none for ids that are no words', () => {
    const vocabulary = mostFrequentWords(messages, firstWordId + 2);
    for (const word of vocabulary.words) expect(vocabulary.word(vocabulary.id(word))).toBe(word);
    for (const id of [-1, paddingId, startId, unknownId, numberId, vocabulary.size])
      expect(vocabulary.word(id)).toBeUndefined();
  });

  it('is rebuilt from its word list', () => {
    const vocabulary = mostFrequentWords(messages, firstWordId + 3);
    const rebuilt = new Vocabulary(JSON.parse(JSON.stringify(vocabulary.words)));
    expect(rebuilt.encode(messages.join(' '))).toEqual(vocabulary.encode(messages.join(' ')));
  });
});
