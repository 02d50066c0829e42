import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { startId, Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { describe, expect, it } from 'vitest';

const vocabulary = new Vocabulary(['see', 'you', 'at']);
const serving = keyboardServing(vocabulary);
const [see, you, at] = [4, 5, 6];

describe('the keyboard as it is served', () => {
  it('is asked with the text so far, from the start of the message on', () => {
    expect(serving.input('')).toEqual([startId]);
    expect(serving.input('See you')).toEqual([startId, see, you]);
  });

  it('looks back on no more than 32 tokens', () => {
    const input = serving.input('see you '.repeat(500));
    expect(input).toHaveLength(32);
    expect(input.slice(-2)).toEqual([see, you]);
  });

  it('refuses what is no text', () => {
    expect(() => serving.input(5)).toThrow(RangeError);
  });

  it('asks a message for each of its words that can be suggested', () => {
    expect(serving.questions('See Bob at 10')).toEqual({
      input: [startId, see, 2, at],
      targets: [
        { position: 0, class: see },
        { position: 2, class: at },
      ],
    });
    expect(serving.questions('').targets).toEqual([]);
  });
});
