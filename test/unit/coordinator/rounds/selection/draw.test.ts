import { drawUniformly } from '@murmuration/rounds/selection/draw';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `device ${index}`);

/** Σ (observed − expected)² / expected. */
function chiSquare(observed: readonly number[], expected: number): number {
  return observed.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe('a draw', () => {
  it('is a subset without repetition, as large as asked for or possible', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat(40), fc.nat(), (size, count, seed) => {
        const candidates = names(size);
        const drawn = drawUniformly(candidates, count, seededRandom(seed));
        expect(drawn).toHaveLength(Math.min(size, count));
        expect(new Set(drawn).size).toBe(drawn.length);
        expect(drawn.every(each => candidates.includes(each))).toBe(true);
      }),
    );
  });

  it('depends on who the candidates are, not on the order in which they came', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(names(12), { minLength: 12 }), fc.nat(), (shuffled, seed) => {
        expect(drawUniformly(shuffled, 5, seededRandom(seed))).toEqual(
          drawUniformly(names(12), 5, seededRandom(seed)),
        );
      }),
    );
  });

  it('gives each candidate the same chance (chi-square, 9 degrees of freedom, 0.1 %)', () => {
    const random = seededRandom(7);
    const counts = new Map<string, number>();
    const draws = 20_000;
    for (let i = 0; i < draws; i++)
      for (const each of drawUniformly(names(10), 3, random)) counts.set(each, (counts.get(each) ?? 0) + 1);
    expect(counts.size).toBe(10);
    expect(chiSquare([...counts.values()], 0.3 * draws)).toBeLessThan(27.88);
  });

  it('gives each subset the same chance (chi-square, 9 degrees of freedom, 0.1 %)', () => {
    const random = seededRandom(8);
    const counts = new Map<string, number>();
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      const subset = drawUniformly(names(5), 2, random).sort().join();
      counts.set(subset, (counts.get(subset) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    expect(chiSquare([...counts.values()], draws / 10)).toBeLessThan(27.88);
  });

  it('throws away what would make small remainders more likely', () => {
    const numbers = [0xffff_ffff, 0];
    const random = () => {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, numbers.shift()!);
      return bytes;
    };
    // 2³² − 1 is above the largest multiple of 3 that fits.
    expect(drawUniformly(['a', 'b', 'c'], 1, random)).toEqual(['a']);
    expect(numbers).toEqual([]);
  });
});
