import { seededUniform, shuffle } from '@murmuration/engine/training/seeded';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const order = (length: number, seed: number) =>
  shuffle(
    Uint32Array.from({ length }, (_, i) => i),
    seededUniform(seed),
  );

describe('a seeded shuffle', () => {
  it('keeps every value once, and follows from its seed alone', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(), (length, seed) => {
        const shuffled = order(length, seed);
        expect([...shuffled].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
        expect(order(length, seed)).toEqual(shuffled);
      }),
    );
    expect(order(50, 1)).not.toEqual(order(50, 2));
  });

  it('puts every value everywhere as often', () => {
    const length = 6;
    const rounds = 30_000;
    const counts = Array.from({ length }, () => new Array<number>(length).fill(0));
    const uniform = seededUniform(7);
    for (let round = 0; round < rounds; round++) {
      const values = shuffle(Uint32Array.of(0, 1, 2, 3, 4, 5), uniform);
      for (const [place, value] of values.entries()) counts[place]![value]! += 1;
    }
    const expected = rounds / length;
    const chiSquare = counts.flat().reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 25 degrees of freedom: above 60.1 once in 10,000.
    expect(chiSquare).toBeLessThan(60.1);
  });

  it('draws numbers from 0 to 1, with the mean of such', () => {
    const uniform = seededUniform(3);
    const numbers = Array.from({ length: 100_000 }, uniform);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * numbers.length));
  });
});
