import { KeystrokeCounter } from '@murmuration/demo-keyboard-app/task/typing/keystrokes';
import { expect, it } from 'vitest';

/** Suggests the first three of these words that begin as they were typed. */
const from =
  (...words: string[]) =>
  (typed: string) =>
    words.filter(word => word.startsWith(typed)).slice(0, 3);
const suggested = from('the', 'to', 'you', 'that', 'this', 'tomorrow');

it('counts the letters that a writer need not type', () => {
  const counter = new KeystrokeCounter();
  counter.add('you', suggested); // At once: 3 of 3.
  expect(counter.saved).toBe(1);
  counter.add('this', suggested); // After "th": 2 of 4.
  expect(counter.saved).toBeCloseTo(5 / 7, 9);
  counter.add('tomorrow', suggested); // After "to": 6 of 8.
  expect(counter.saved).toBeCloseTo(11 / 15, 9);
  counter.add('zebra', suggested); // Never: 0 of 5.
  expect(counter.saved).toBeCloseTo(11 / 20, 9);
  expect(counter.letters).toBe(20);
});

it('asks no further once a word is shown, and never with the whole word', () => {
  const asked: string[] = [];
  const counter = new KeystrokeCounter();
  const told = (words: (typed: string) => string[]) => (typed: string) => {
    asked.push(typed);
    return words(typed);
  };
  counter.add('this', told(suggested));
  expect(asked).toEqual(['', 't', 'th']);
  asked.length = 0;
  counter.add('no', told(suggested));
  expect(asked).toEqual(['', 'n']);
});

it('is refused before the first word', () => {
  expect(() => new KeystrokeCounter().saved).toThrow(RangeError);
});
