import {
  firstWordId,
  numberId,
  paddingId,
  startId,
  unknownId,
  Vocabulary,
} from '@murmuration/demo-keyboard-app/task/vocabulary';
import { WittenBell } from '@murmuration/studies/baselines/witten-bell';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const vocabulary = new Vocabulary(['a', 'b', 'c']);
const [a, b, c] = [firstWordId, firstWordId + 1, firstWordId + 2] as const;

function modelOf(order: 1 | 2 | 3, messages: readonly string[]): WittenBell {
  return new WittenBell(
    order,
    vocabulary.size,
    messages.map(each => vocabulary.encode(each)),
  );
}

function probabilities(model: WittenBell, history: readonly number[]): Float64Array {
  return model.probabilities(history, new Float64Array(vocabulary.size));
}

const message = fc
  .array(fc.constantFrom('a', 'b', 'c', 'z', '10'), { maxLength: 6 })
  .map(words => words.join(' '));
const text = fc.array(message, { maxLength: 8 });
const order = fc.constantFrom(1, 2, 3);
const history = fc.array(fc.constantFrom(unknownId, numberId, a, b, c), { maxLength: 5 });

/** The recursive definition, word by word, over a list of all n-grams. */
function defined(messages: readonly string[], context: readonly number[], word: number): number {
  const after = messages.flatMap(written => {
    const ids = vocabulary.encode(written);
    return ids.flatMap((id, i) => {
      const before = [startId, startId, ...ids.slice(0, i)];
      return before.slice(before.length - context.length).join() === context.join() ? [id] : [];
    });
  });
  const lower =
    context.length > 0 ? defined(messages, context.slice(1), word) : 1 / (vocabulary.size - unknownId);
  if (after.length === 0) return lower;
  const different = new Set(after).size;
  return (after.filter(id => id === word).length + different * lower) / (after.length + different);
}

describe('interpolated Witten-Bell', () => {
  // Five tokens can follow: unknown, number, a, b, c. Counted by hand in "a b" and "a c": a twice, b and c once.
  it.each([
    [1, [], { [unknownId]: 0.6 / 7, [numberId]: 0.6 / 7, [a]: 2.6 / 7, [b]: 1.6 / 7, [c]: 1.6 / 7 }],
    [2, [a], { [a]: (2 * 2.6) / 7 / 4, [b]: (1 + (2 * 1.6) / 7) / 4, [c]: (1 + (2 * 1.6) / 7) / 4 }],
    [3, [a], { [b]: (1 + 2 * ((1 + (2 * 1.6) / 7) / 4)) / 4 }],
    [2, [], { [a]: (2 + 2.6 / 7) / 3, [b]: 1.6 / 7 / 3 }],
    [3, [b, c], { [a]: 2.6 / 7, [b]: 1.6 / 7 }],
  ] as const)('of order %i after %j is as counted by hand', (n, before, expected) => {
    const found = probabilities(modelOf(n, ['a b', 'a c']), before);
    for (const [id, probability] of Object.entries(expected))
      expect(found[Number(id)]).toBeCloseTo(probability, 12);
  });

  it('agrees with its recursive definition', () => {
    fc.assert(
      fc.property(text, order, history, (messages, n, before) => {
        const found = probabilities(modelOf(n as 1 | 2 | 3, messages), before);
        const context = n === 1 ? [] : [startId, startId, ...before].slice(1 - n);
        for (let id = unknownId; id < vocabulary.size; id++)
          expect(found[id]).toBeCloseTo(defined(messages, context, id), 12);
      }),
    );
  });

  it('gives probabilities that sum to one, none to padding and start, and some to all others', () => {
    fc.assert(
      fc.property(text, order, history, (messages, n, before) => {
        const found = probabilities(modelOf(n as 1 | 2 | 3, messages), before);
        expect(found.reduce((sum, probability) => sum + probability)).toBeCloseTo(1, 12);
        expect([found[paddingId], found[startId]]).toEqual([0, 0]);
        expect(Math.min(...found.slice(unknownId))).toBeGreaterThan(0);
      }),
    );
  });

  it('is the same when messages come one by one, whatever was asked in between', () => {
    fc.assert(
      fc.property(text, order, history, (messages, n, before) => {
        const whole = modelOf(n as 1 | 2 | 3, messages);
        const grown = modelOf(n as 1 | 2 | 3, []);
        for (const each of messages) {
          grown.add(vocabulary.encode(each));
          for (const length of [1, 2]) grown.ranked(before, length);
          grown.spread(before, 'unigram');
          expect(grown.byFrequency).toHaveLength(grown.unigram.length - firstWordId);
        }
        expect(probabilities(grown, before)).toEqual(probabilities(whole, before));
        expect(grown.byFrequency).toEqual(whole.byFrequency);
        for (const length of [1, 2])
          expect(grown.ranked(before, length)).toEqual(whole.ranked(before, length));
      }),
    );
  });
});
