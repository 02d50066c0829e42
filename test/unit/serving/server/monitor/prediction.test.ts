import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { tensor } from '@murmuration/inference-client/tensors/values';
import { judge } from '@murmuration/serving/monitor/outcome';
import { guessesOf, maxOutcomeRows } from '@murmuration/serving/monitor/prediction';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../../property-seed.ts';

const fp = (values: readonly number[], shape: readonly number[]): Tensor =>
  tensor('y', values, { datatype: 'FP64', shape });
const judged = (outputs: readonly Tensor[], outcome: unknown) =>
  judge(
    { id: 'p', at: 0, model: 'm', version: '1', rows: guessesOf(outputs)! },
    { id: 'p', outcome: outcome as number },
  );

describe('what outputs say', () => {
  it('scores of classes, the best first, as probabilities only where they are some', () => {
    expect(guessesOf([fp([0.2, 0.5, 0.3, 3, 1, 2], [2, 3])])).toEqual([
      { kind: 'class', guesses: [1, 2, 0], classes: 3, probabilities: [0.5, 0.3, 0.2] },
      { kind: 'class', guesses: [0, 2, 1], classes: 3 },
    ]);
  });

  it('the first of those that are as good as each other', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 40 }), scores => {
        const [row] = guessesOf([fp(scores, [1, scores.length])])!;
        const order = scores.map((_, at) => at).sort((a, b) => scores[b]! - scores[a]! || a - b);
        expect(row).toMatchObject({ guesses: order.slice(0, 10) });
      }),
    );
  });

  it('the ten best of many', () => {
    const scores = Array.from({ length: 1_000 }, (_, at) => (at * 7_919) % 1_000);
    const [row] = guessesOf([fp(scores, [1, 1_000])])!;
    const expected = scores
      .map((score, at) => [score, at] as const)
      .sort(([a], [b]) => b - a)
      .slice(0, 10);
    expect(row).toMatchObject({ guesses: expected.map(([, at]) => at) });
  });

  it('texts in order, with the probabilities beside them', () => {
    const words = tensor('words', ['you', 'me'], { shape: [1, 2] });
    expect(guessesOf([words, fp([0.6, 0.1], [1, 2])])).toEqual([
      { kind: 'class', guesses: ['you', 'me'], probabilities: [0.6, 0.1] },
    ]);
    expect(guessesOf([words])).toEqual([{ kind: 'class', guesses: ['you', 'me'] }]);
  });

  it('one number for itself, a whole one for a class', () => {
    expect(guessesOf([fp([2.5], [1])])).toEqual([{ kind: 'number', value: 2.5 }]);
    expect(guessesOf([tensor('y', [4], { datatype: 'INT64', shape: [1, 1] })])).toEqual([
      { kind: 'class', guesses: [4] },
    ]);
  });

  it('nothing where that is too much', () => {
    expect(guessesOf([])).toBeUndefined();
    expect(guessesOf([fp([1, 2, 3, 4], [1, 2, 2])])).toBeUndefined();
    expect(guessesOf([fp(Array(maxOutcomeRows + 1).fill(0), [maxOutcomeRows + 1, 1])])).toBeUndefined();
    expect(guessesOf([tensor('w', ['x'.repeat(300)], { shape: [1] })])).toBeUndefined();
  });
});

describe('an outcome', () => {
  it('is judged row by row', () => {
    const outputs = [fp([0.2, 0.8, 0.9, 0.1], [2, 2])];
    expect(judged(outputs, [1, 1])).toMatchObject([
      { guesses: [1, 0], outcome: 1 },
      { guesses: [0, 1], outcome: 1 },
    ]);
  });

  it('of a probability is true or false, of a number a number', () => {
    expect(judged([fp([0.8], [1])], false)).toEqual([
      {
        kind: 'class',
        guesses: [true, false],
        probabilities: [0.8, expect.closeTo(0.2, 12)],
        outcome: false,
      },
    ]);
    expect(judged([fp([8], [1])], 7)).toEqual([{ kind: 'number', predicted: 8, outcome: 7 }]);
  });

  it.each([
    ['a text for a class', [fp([0.5, 0.5], [1, 2])], 'one'],
    ['a class that there is not', [fp([0.5, 0.5], [1, 2])], 2],
    ['half a class', [fp([0.5, 0.5], [1, 2])], 0.5],
    ['one for two rows', [fp([1, 2, 3, 4], [2, 2])], 1],
    ['two for one row', [fp([0.5, 0.5], [1, 2])], [0, 1]],
    ['a text for a number', [fp([0.5], [1])], 'half'],
    ['true for what is no probability', [fp([5], [1])], true],
    ['a number for a text', [tensor('w', ['a'], { shape: [1] })], 0],
  ])('of another type is refused: %s', (_, outputs, outcome) => {
    expect(() => judged(outputs as readonly Tensor[], outcome)).toThrow('[inference.input]');
  });
});
