import { caretIn, completeWords, spelled } from '@murmuration/demo-keyboard-app/src/draft/text';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('what stands at the caret', () => {
  it.each([
    ['', 0, { before: '', prefix: '', startsSentence: true }],
    ['hel', 3, { before: '', prefix: 'hel', startsSentence: true }],
    ['I do', 4, { before: 'I ', prefix: 'do', startsSentence: false }],
    ['I do ', 5, { before: 'I do ', prefix: '', startsSentence: false }],
    ['Yes. ', 5, { before: 'Yes. ', prefix: '', startsSentence: true }],
    ['“Yes!” he', 9, { before: '“Yes!” ', prefix: 'he', startsSentence: true }],
    ["don't", 5, { before: '', prefix: "don't", startsSentence: true }],
    ['one two', 3, { before: '', prefix: 'one', startsSentence: true }],
    ['Ça è', 4, { before: 'Ça ', prefix: 'è', startsSentence: false }],
  ])('in %j at %i', (text, at, caret) => {
    expect(caretIn(text, at)).toEqual(caret);
  });

  it('is the whole of the text before it, split in two', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."aé'. !?”👋\n") }), fc.nat(), (text, at) => {
        const { before, prefix } = caretIn(text, at);
        expect(before + prefix).toBe(text.slice(0, at));
      }),
    );
  });
});

describe('a suggestion', () => {
  it.each([
    ['you', '', true, 'You'],
    ['you', '', false, 'you'],
    ['you', 'y', true, 'you'],
    ['you', 'Y', false, 'You'],
    ['i', '', false, 'I'],
    ["i'm", 'i', false, "I'm"],
    ['it', 'i', false, 'it'],
  ])('%j after %j (a sentence begins: %j) is %j', (word, prefix, startsSentence, shown) => {
    expect(spelled(word, { before: '', prefix, startsSentence })).toBe(shown);
  });
});

describe('complete words', () => {
  it('are those behind which something else stands', () => {
    expect(completeWords("I don't kno", false)).toEqual([
      { word: 'I', at: 0 },
      { word: "don't", at: 2 },
    ]);
    expect(completeWords('I see.', false).map(({ word }) => word)).toEqual(['I', 'see']);
    expect(completeWords('', false)).toEqual([]);
  });

  it('are all of them once the sentence is sent', () => {
    expect(completeWords('I see', true).map(({ word }) => word)).toEqual(['I', 'see']);
  });
});
