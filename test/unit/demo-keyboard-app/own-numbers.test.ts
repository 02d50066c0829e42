import { numberOf } from '@murmuration/demo-keyboard-app/task/own-numbers';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';
import { numberId, startId, Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { smsText } from '@murmuration/simulations/data/sms';
import { describe, expect, it } from 'vitest';

const vocabulary = new Vocabulary(['see', 'you']);

describe('the number of a word', () => {
  it('is its id, or FNV-1a of it above all ids', () => {
    expect(numberOf('you', vocabulary)).toBe(5);
    expect(numberOf('<number>', vocabulary)).toBe(numberId);
    // Published with the function: http://www.isthe.com/chongo/src/fnv/test_fnv.c.
    const [first, end] = [2 ** 31, 2 ** 32 - 1];
    expect(numberOf('a', vocabulary)).toBe(first + (0xe40c292c % (end - first)));
    expect(numberOf('foobar', vocabulary)).toBe(first + (0xbf9cf968 % (end - first)));
  });

  it('VG9: stays the same where the vocabulary has grown', () => {
    const grown = new Vocabulary([...vocabulary.words, 'at', 'home']);
    expect(numberOf('netherfield', grown)).toBe(numberOf('netherfield', vocabulary));
    expect([numberOf('you', grown), numberOf('home', grown)]).toEqual([5, 7]);
  });

  it('is of one word only on each phone of a corpus, and never the number that stands for no token', () => {
    for (const { train, heldOut } of smsText().phones) {
      const words = new Set([...train, ...heldOut].flatMap(tokensOf));
      const numbers = new Set(Array.from(words, word => numberOf(word, vocabulary)));
      expect(numbers.size).toBe(words.size);
      expect(Math.max(...numbers)).toBeLessThan(2 ** 32 - 1);
    }
  });
});

it('stands in the keyboard’s own questions where the vocabulary lacks a word, and nowhere in the model’s', () => {
  const { input, questions, own } = keyboardServing(vocabulary);
  const name = numberOf('netherfield', vocabulary);
  expect(input('see Netherfield')).toEqual([startId, 4, 2]);
  expect(own!.input('see Netherfield')).toEqual([startId, 4, name]);
  expect(questions('you see Netherfield').targets.map(target => target.class)).toEqual([5, 4]);
  expect(own!.questions('you see Netherfield')).toEqual({
    input: [startId, 5, 4],
    targets: [5, 4, name].map((number, position) => ({ position, class: number })),
  });
});
