import { rotate, rotateBack } from '@murmuration/protocol/weights/rotate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rotated } from '../../../reference/weights.ts';

const vectors = (most: number) =>
  fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: most });

const norm = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((squares, value) => squares + value * value, 0));

const rotation = (values: readonly number[], seed: string) => {
  const vector = Float32Array.from(values);
  rotate(vector, seed);
  return vector;
};

describe('the rotation', () => {
  it('QU1: is that of the matrices, for every length', () => {
    fc.assert(
      fc.property(vectors(70), fc.string({ maxLength: 22 }), (values, seed) => {
        const expected = rotated(values, seed);
        const actual = rotation(values, seed);
        const tolerance = 1e-5 * (1 + norm(values));
        for (const [i, value] of actual.entries())
          expect(Math.abs(value - expected[i]!)).toBeLessThan(tolerance);
      }),
      { numRuns: 60 },
    );
  });

  it('QU1: keeps the norm, and is undone exactly but for rounding', () => {
    fc.assert(
      fc.property(vectors(3_000), values => {
        const vector = rotation(values, 'r');
        const tolerance = 1e-5 * (1 + norm(values));
        expect(Math.abs(norm(vector) - norm(values))).toBeLessThan(tolerance);
        rotateBack(vector, 'r');
        for (const [i, value] of vector.entries())
          expect(Math.abs(value - values[i]!)).toBeLessThan(tolerance);
      }),
      { numRuns: 40 },
    );
  });

  it('QU1: is the same whatever was rotated before, by other seeds and of other lengths', () => {
    const lengths = [8, 64, 100, 300];
    const asked = fc.array(fc.tuple(fc.constantFrom(...lengths), fc.constantFrom('a', 'b', 'c')), {
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(asked, rotations => {
        for (const [length, seed] of rotations) {
          const values = Array.from({ length }, (_, i) => Math.cos(i));
          const expected = rotated(values, seed);
          for (const [i, value] of rotation(values, seed).entries())
            expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5 * (1 + norm(values)));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('QU1: depends on its seed', () => {
    const values = Array.from({ length: 64 }, (_, i) => i);
    expect(rotation(values, 'a')).not.toEqual(rotation(values, 'b'));
    expect(rotation(values, 'a')).toEqual(rotation(values, 'a'));
  });

  // google-parfait/tensorflow-federated@63f73da, aggregators/hadamard_test.py: one-hot at 17 of 256 becomes ±0.0625.
  it('QU1: spreads one value evenly over 256', () => {
    const oneHot = Array.from({ length: 256 }, (_, i) => (i === 17 ? 1 : 0));
    for (const value of rotation(oneHot, 'r')) expect(Math.abs(value)).toBeCloseTo(0.0625, 6);
  });

  it.each([1_000, 1_023, 1_025, 1_500, 2_047])(
    'QU2: spreads a lone value so far that none is cut off, in %i values',
    length => {
      for (const at of [0, 1, 17, length >> 1, length - 2, length - 1]) {
        const vector = rotation(
          Array.from({ length }, (_, i) => (i === at ? 1 : 0)),
          'seed',
        );
        const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(largest).toBeLessThan(6 / Math.sqrt(length));
      }
    },
  );
});
