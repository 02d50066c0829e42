import { softmax } from '@murmuration/engine/inference/softmax';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const logits = fc.array(fc.float({ min: -80, max: 80, noNaN: true }), { minLength: 3, maxLength: 20 });
const sumOf = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0);

describe('softmax', () => {
  it('makes a distribution over the classes that may be predicted', () => {
    fc.assert(
      fc.property(logits, fc.integer({ min: 0, max: 2 }), (given, first) => {
        const values = softmax(Float32Array.from(given), first);
        expect(sumOf(values)).toBeCloseTo(1, 4);
        expect(values.subarray(0, first).every(value => value === 0)).toBe(true);
        expect(values.every(value => value >= 0)).toBe(true);
      }),
    );
  });

  it('keeps the odds of the logits, however large they are', () => {
    const [a, b] = softmax(Float32Array.of(1_000 + Math.log(3), 1_000), 0);
    expect(a! / b!).toBeCloseTo(3, 3);
  });

  it('counts what is no number as impossible, and knows nothing where nothing is a number', () => {
    expect(softmax(Float32Array.of(Number.NaN, 0, 0), 0)).toEqual(Float32Array.of(0, 0.5, 0.5));
    expect(softmax(Float32Array.of(Number.NaN, Number.NaN), 0)).toEqual(Float32Array.of(0.5, 0.5));
  });
});
