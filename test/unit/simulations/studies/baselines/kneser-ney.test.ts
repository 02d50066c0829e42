import { KneserNey } from '@murmuration/studies/baselines/kneser-ney';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../../property-seed.ts';

const size = 10;
const [start, unknown] = [1, 2];

const messages = fc.array(
  fc.array(fc.integer({ min: unknown, max: size - 1 }), { minLength: 1, maxLength: 8 }),
  { minLength: 1, maxLength: 25 },
);

/** What a model gives to each id. */
function valuesOf(model: KneserNey, history: readonly number[]): number[] {
  const { shares, left } = model.spread(history, 'uniform');
  return Array.from({ length: size }, (_, id) =>
    shares.reduce(
      (sum, { counts, perCount }) => sum + (counts.get(id) ?? 0) * perCount,
      id < unknown ? 0 : left / (size - unknown),
    ),
  );
}

/** The same by the formula of Chen and Goodman, over lists of n-grams. */
function byFormula(text: readonly (readonly number[])[], history: readonly number[], word: number): number {
  const trigrams = text.flatMap(ids =>
    ids.map((id, i) => [ids[i - 2] ?? start, i === 0 ? start : ids[i - 1]!, id]),
  );
  const types = (all: readonly (readonly number[])[]) =>
    [...new Set(all.map(each => each.join()))].map(each => each.split(',').map(Number));
  // Before what begins with the start of a message nothing differs: these are counted as they are.
  const pairs = [
    ...types(trigrams)
      .map(([, b, c]) => [b!, c!])
      .filter(([b]) => b !== start),
    ...trigrams.filter(([, b]) => b === start).map(([, b, c]) => [b!, c!]),
  ];
  const words = types(pairs).map(([, c]) => [c!]);
  const level = (
    ngrams: readonly (readonly number[])[],
    below: (id: number) => number,
    context: readonly number[],
  ) => {
    const counts = new Map<string, number>();
    for (const each of ngrams) counts.set(each.join(), (counts.get(each.join()) ?? 0) + 1);
    const n = (count: number) => [...counts.values()].filter(each => each === count).length;
    const y = n(1) / (n(1) + 2 * n(2));
    const sound = (value: number, count: number) => (value > 0 && value < count ? value : count / 2);
    const discount = (count: number) =>
      count === 0
        ? 0
        : [
            sound(1 - (2 * y * n(2)) / n(1), 1),
            sound(2 - (3 * y * n(3)) / n(2), 2),
            sound(3 - (4 * y * n(4)) / n(3), 3),
          ][Math.min(count, 3) - 1]!;
    const after = [...counts].filter(([key]) => key.split(',').slice(0, -1).join() === context.join());
    const total = after.reduce((sum, [, count]) => sum + count, 0);
    if (total === 0) return below(word);
    const gamma = after.reduce((sum, [, count]) => sum + discount(count), 0) / total;
    const count = counts.get([...context, word].join()) ?? 0;
    return (count - discount(count)) / total + gamma * below(word);
  };
  const [older, last] = [history.at(-2) ?? start, history.at(-1) ?? start];
  const uniform = () => 1 / (size - unknown);
  return level(trigrams, () => level(pairs, () => level(words, uniform, []), [last]), [older, last]);
}

describe('modified Kneser-Ney smoothing', () => {
  it('gives what the formula gives, and 1 to all that can follow', () => {
    fc.assert(
      fc.property(
        messages,
        fc.array(fc.integer({ min: unknown, max: size - 1 }), { maxLength: 3 }),
        (text, history) => {
          const values = valuesOf(new KneserNey(size, text), history);
          for (let id = unknown; id < size; id++)
            expect(values[id]).toBeCloseTo(byFormula(text, history, id), 9);
          expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
        },
      ),
    );
  });

  it('gives the unigram and its order by the same', () => {
    fc.assert(
      fc.property(messages, text => {
        const model = new KneserNey(size, text);
        expect([...model.unigram].reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
        const inOrder = [...model.byFrequency].map(id => model.unigram[id]!);
        expect(inOrder).toEqual(inOrder.toSorted((a, b) => b - a));
      }),
    );
  });
});
