import { labelWeight, packRows } from '@murmuration/demo-keyboard-app/task/pack';
import {
  firstWordId,
  numberId,
  paddingId,
  startId,
  unknownId,
  Vocabulary,
} from '@murmuration/demo-keyboard-app/task/vocabulary';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const vocabulary = new Vocabulary(['a', 'b', 'c', 'd']);
const message = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'z', '77'), { maxLength: 12 });
const text = fc.array(message.map(words => words.join(' ')));

/** Each label of the messages with the input before it, `context>label`, sorted. */
function pairsOf(messages: readonly string[]): string[] {
  return messages
    .flatMap(written => {
      const ids = vocabulary.encode(written);
      return ids.map((id, i) => `${i === 0 ? startId : ids[i - 1]}>${id}`);
    })
    .sort();
}

describe('packed rows', () => {
  it('of two short messages and a long one', () => {
    const [a, b, c, d] = [0, 1, 2, 3].map(word => firstWordId + word) as [number, number, number, number];
    expect(packRows(['a', 'b c', 'd d d d d'], vocabulary, 4)).toEqual([
      { inputs: [startId, d, d, d], labels: [d, d, d, d] },
      { inputs: [startId, b, startId, d], labels: [b, c, a, d] },
    ]);
  });

  it('hold each token of each message once, as label of the token before it', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 16 }), (messages, length) => {
        const rows = packRows(messages, vocabulary, length);
        const pairs = rows.flatMap(({ inputs, labels }) => labels.map((label, i) => `${inputs[i]}>${label}`));
        expect(pairs.sort()).toEqual(pairsOf(messages));
        for (const { inputs, labels } of rows) {
          expect(inputs.length).toBe(labels.length);
          expect(inputs.length).toBeGreaterThan(0);
          expect(inputs.length).toBeLessThanOrEqual(length);
        }
      }),
    );
  });

  it('keep a message that fits in one piece', () => {
    fc.assert(
      fc.property(text, messages => {
        const rows = packRows(messages, vocabulary, 12);
        const labels = rows.map(row => row.labels.join(' '));
        for (const written of messages.filter(words => words !== '')) {
          const ids = vocabulary.encode(written).join(' ');
          expect(labels.some(row => row.includes(ids))).toBe(true);
        }
      }),
    );
  });

  it('leave no two rows that would fit into one', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 16 }), (messages, length) => {
        const [least = length, next = length] = packRows(messages, vocabulary, length)
          .map(row => row.inputs.length)
          .sort((a, b) => a - b);
        expect(least + next).toBeGreaterThan(length);
      }),
    );
  });

  it('are none for messages without a word', () => {
    expect(packRows([':-)', ''], vocabulary, 8)).toEqual([]);
  });
});

describe('the weight of a label', () => {
  it('is 1 for words, 0 for all else', () => {
    expect([firstWordId, firstWordId + 3].map(labelWeight)).toEqual([1, 1]);
    expect([paddingId, startId, unknownId, numberId].map(labelWeight)).toEqual([0, 0, 0, 0]);
  });
});
