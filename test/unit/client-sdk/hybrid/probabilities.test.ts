import { mix } from '@murmuration/client-sdk/hybrid/probabilities';
import { softmax } from '@murmuration/engine/inference/softmax';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const logits = fc.array(fc.float({ min: -80, max: 80, noNaN: true }), { minLength: 3, maxLength: 20 });
const sumOf = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0);

describe('a mixture of distributions', () => {
  it('is one', () => {
    fc.assert(
      fc.property(logits, fc.double({ min: 0, max: 1, noNaN: true }), (given, weight) => {
        const [a, b] = [softmax(Float32Array.from(given), 0), softmax(Float32Array.from(given).reverse(), 0)];
        const mixed = mix([
          { weight, values: a },
          { weight: 1 - weight, values: b },
        ]);
        expect(sumOf(mixed)).toBeCloseTo(1, 4);
        expect(mixed.every(value => value >= 0)).toBe(true);
      }),
    );
  });

  it('adds parts one after the other, however many go through memory at a time', () => {
    const part = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.float32Array({ minLength: 9, maxLength: 9, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), given => {
        const expected = new Float32Array(9);
        for (const [weight, values] of given)
          for (let i = 0; i < 9; i++) expected[i] = expected[i]! + weight * values[i]!;
        expect(mix(given.map(([weight, values]) => ({ weight, values })))).toEqual(expected);
      }),
    );
  });
});
