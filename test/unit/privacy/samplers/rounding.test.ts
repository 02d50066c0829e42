import { roundedNorm } from '@murmuration/privacy/mechanisms/distributed';
import { roundConditionally } from '@murmuration/privacy/samplers/rounding';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';
import { codeOf } from '../../codes.ts';

const normOf = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values));

describe('conditional rounding', () => {
  const values = Float32Array.from({ length: 1_000 }, (_, i) => Math.sin(i) / 2);

  it('gives the whole numbers beside each value, within the norm', () => {
    const limit = roundedNorm(normOf(values), values.length).l2;
    const rounded = roundConditionally(values, limit, seededRandom(1));
    for (const [i, value] of rounded.entries()) expect(Math.abs(value - values[i]!)).toBeLessThan(1);
    expect(normOf(rounded)).toBeLessThanOrEqual(limit);
  });

  it('is right on average', () => {
    const sum = new Float64Array(values.length);
    const random = seededRandom(2);
    for (let i = 0; i < 400; i++)
      for (const [at, value] of roundConditionally(values, 1e9, random).entries()) sum[at]! += value / 400;
    const off = sum.map((value, i) => value - values[i]!);
    expect(Math.abs(off.reduce((total, value) => total + value, 0) / off.length)).toBeLessThan(0.005);
    expect(Math.max(...off.map(Math.abs))).toBeLessThan(5 * (0.5 / 20));
  });

  it('tries again, and gives up where no rounding is short enough', () => {
    expect(codeOf(() => roundConditionally(Float32Array.of(5.5, 5.5), 7, seededRandom(3)))).toBe(
      'config.invalid',
    );
    // One of four roundings has this norm.
    const rounded = roundConditionally(Float32Array.of(5.5, 5.5), Math.hypot(5, 5), seededRandom(4));
    expect([...rounded]).toEqual([5, 5]);
  });
});
