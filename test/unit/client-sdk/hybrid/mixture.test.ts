import { fitWeights, lossOf } from '@murmuration/client-sdk/hybrid/mixture';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const probability = fc.float({ min: Math.fround(1e-6), max: 1, noNaN: true });
const parts = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 40 }))
  .chain(([models, questions]) =>
    fc.array(
      fc
        .array(probability, { minLength: questions, maxLength: questions })
        .map(values => Float32Array.from(values)),
      { minLength: models, maxLength: models },
    ),
  );

describe('the weights of a mixture', () => {
  it('are a distribution', () => {
    fc.assert(
      fc.property(parts, given => {
        const weights = fitWeights(given);
        expect(weights).toHaveLength(given.length);
        expect(weights.every(weight => weight === 0 || weight >= 0.01 - 1e-9)).toBe(true);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
      }),
    );
  });

  it('explain what came as well as any grid of weights does', () => {
    fc.assert(
      fc.property(parts, given => {
        const [first, ...others] = given;
        const found = lossOf(given, fitWeights(given));
        for (let share = 0; share <= 1; share += 0.05) {
          const weights = [share, ...others.map(() => (1 - share) / others.length)];
          // Weights below 0.01 are left out, which costs a little.
          if (others.length > 0) expect(found).toBeLessThan(lossOf([first!, ...others], weights) + 0.02);
        }
      }),
    );
  });

  it('leave out a part that never had what came', () => {
    const global = Float32Array.of(0.4, 0.5, 0.2);
    expect(fitWeights([global, Float32Array.of(0, 0, 0)])).toEqual([1, 0]);
    expect(fitWeights([Float32Array.of(0, 0, 0), global])).toEqual([0, 1]);
  });

  it('find the share of the questions that each part alone could answer', () => {
    const [global, personal] = fitWeights([Float32Array.of(1, 1, 1, 0), Float32Array.of(0, 0, 0, 1)]);
    expect(global).toBeCloseTo(0.75, 3);
    expect(personal).toBeCloseTo(0.25, 3);
  });

  it('pass over questions that nobody had an answer to, and are alike without any', () => {
    expect(fitWeights([Float32Array.of(0, 0.5), Float32Array.of(0, 0)])).toEqual([1, 0]);
    expect(fitWeights([Float32Array.of(0), Float32Array.of(0)])).toEqual([0.5, 0.5]);
    expect(fitWeights([new Float32Array(0), new Float32Array(0)])).toEqual([0.5, 0.5]);
  });
});

describe('the loss of a mixture', () => {
  it('is the mean of −ln probability, infinite where there was none', () => {
    const given = [Float32Array.of(0.5, 0.25), Float32Array.of(0, 0)];
    expect(lossOf(given, [1, 0])).toBeCloseTo((Math.log(2) + Math.log(4)) / 2, 6);
    expect(lossOf(given, [0, 1])).toBe(Number.POSITIVE_INFINITY);
  });
});
