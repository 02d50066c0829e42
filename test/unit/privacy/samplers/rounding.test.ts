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

  it.each([10, 8_192, 8_193])('takes four bytes a value, of %d', count => {
    let bytes = 0;
    const random = seededRandom(5);
    const many = Float32Array.from({ length: count }, (_, i) => (i % 7) - 3.5);
    const rounded = roundConditionally(many, 1e9, length => {
      bytes += length;
      return random(length);
    });
    expect(bytes).toBe(4 * count);
    for (const [i, value] of rounded.entries()) expect(Math.abs(value - many[i]!)).toBe(0.5);
  });

  it('rounds up where the bits are high, and leaves whole numbers', () => {
    const bytes = (byte: number) => (length: number) => new Uint8Array(length).fill(byte);
    const values = Float32Array.of(1.25, -1.25, 3, 0);
    expect([...roundConditionally(values, 9, bytes(0))]).toEqual([1, -2, 3, 0]);
    expect([...roundConditionally(values, 9, bytes(255))]).toEqual([2, -1, 3, 0]);
    // A quarter rounds up from three quarters of all bits on.
    expect(roundConditionally(values.subarray(0, 1), 9, bytes(0xbf))[0]).toBe(1);
    expect(roundConditionally(values.subarray(0, 1), 9, bytes(0xc0))[0]).toBe(2);
  });

  it('says what it could not keep to', () => {
    let tries = 0;
    const random = seededRandom(3);
    const refused = () =>
      roundConditionally(Float32Array.of(5.5, 5.5), 7, length => {
        tries += 1;
        return random(length);
      });
    expect(refused).toThrow(
      'No rounding of 2 values has a norm of at most 7: the clip in units of the ring has to be below it.',
    );
    expect(tries).toBe(64);
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
