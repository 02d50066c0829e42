import { seededRandom } from '@murmuration/simulations/random/seeded-random';
import { chiSquareTail } from '@murmuration/studies/leak-audit/chi-square';
import { uniformity } from '@murmuration/studies/leak-audit/uniformity';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('the chi-square tail', () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, §1.3.6.7.4: values that are exceeded with these probabilities.
  const probabilities = [0.1, 0.05, 0.025, 0.01, 0.001];
  it.each([
    [1, [2.706, 3.841, 5.024, 6.635, 10.828]],
    [2, [4.605, 5.991, 7.378, 9.21, 13.816]],
    [5, [9.236, 11.07, 12.833, 15.086, 20.515]],
    [10, [15.987, 18.307, 20.483, 23.209, 29.588]],
    [30, [40.256, 43.773, 46.979, 50.892, 59.703]],
    [100, [118.498, 124.342, 129.561, 135.807, 149.449]],
  ])('agrees with the published table for %i degrees of freedom', (degrees, values) => {
    for (const [i, value] of values.entries())
      expect(chiSquareTail(value, degrees) / probabilities[i]!).toBeCloseTo(1, 3);
  });

  // The same table, the lower tail: values that are exceeded with a probability of 0.95 and of 0.99.
  it.each([
    [10, 3.94, 2.558],
    [30, 18.493, 14.953],
    [100, 77.929, 70.065],
  ])('agrees with it below the mean for %i degrees of freedom', (degrees, value95, value99) => {
    expect(chiSquareTail(value95, degrees)).toBeCloseTo(0.95, 4);
    expect(chiSquareTail(value99, degrees)).toBeCloseTo(0.99, 4);
  });

  it('is the closed form of even degrees of freedom, far into the tail', () => {
    // Abramowitz and Stegun 26.4.5: e^(−x) Σ xʳ / r! for r < degrees / 2, x being half the statistic.
    const closedForm = (statistic: number, half: number): number => {
      const x = statistic / 2;
      let term = Math.exp(-x);
      let sum = 0;
      for (let r = 0; r < half; r++) {
        sum += term;
        term *= x / (r + 1);
      }
      return sum;
    };
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1_000, noNaN: true }),
        fc.integer({ min: 1, max: 200 }),
        (statistic, half) => {
          const expected = closedForm(statistic, half);
          expect(Math.abs(chiSquareTail(statistic, 2 * half) - expected)).toBeLessThanOrEqual(
            // Below the mean the tail is 1 less a sum; above it, its digits stand for themselves.
            statistic < 2 * half ? 1e-11 : 1e-11 * expected,
          );
        },
      ),
    );
  });

  it('is 1 at nothing, 0 past every float', () => {
    expect(chiSquareTail(0, 255)).toBe(1);
    expect(chiSquareTail(1e7, 255)).toBe(0);
  });
});

describe('the uniformity of bytes', () => {
  const stream = seededRandom(1, 'uniformity')(2 ** 20);

  it('is granted to a key stream, however it is cut', () => {
    const p = uniformity([stream]);
    expect(p).toBeGreaterThan(0.001);
    expect(p).toBeLessThan(0.999);
    expect(uniformity([stream.subarray(0, 1_000), stream.subarray(1_000)])).toBe(p);
  });

  it('is refused where one byte of a hundred is another', () => {
    expect(uniformity([stream.map((byte, i) => (i % 100 === 0 ? 7 : byte))])).toBeLessThan(1e-6);
  });

  it('follows from the counts', () => {
    // Counts of 13 and 7 in equal parts, 10 expected: 256 × 9 / 10 = 230.4, with 255 degrees of freedom.
    const bytes = Array.from({ length: 256 }, (_, byte) =>
      Array<number>(byte % 2 ? 13 : 7).fill(byte),
    ).flat();
    expect(uniformity([Uint8Array.from(bytes)])).toBeCloseTo(chiSquareTail(230.4, 255), 12);
  });
});
