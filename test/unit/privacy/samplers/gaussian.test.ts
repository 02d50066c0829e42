import { upperQuantile, upperTail } from '@murmuration/privacy/numerics/normal';
import { addGaussians } from '@murmuration/privacy/samplers/gaussian';
import { native } from '@murmuration/protocol/primitives/node';
import { describe, expect, it } from 'vitest';

const wordsOf = (seed: number, count: number): Uint32Array => {
  const bytes = native.keystream(new Uint8Array(32).fill(seed), 0).next(count / 16);
  return new Uint32Array(bytes.slice().buffer);
};

function gaussians(words: Uint32Array, scale = 1): Float64Array {
  const numbers = new Float64Array(words.length / 2);
  addGaussians(numbers, words, scale);
  return numbers;
}

/** What 64 bits stand for, by Newton's method. */
function exact(words: Uint32Array, i: number): number {
  const high = words[2 * i + 1]!;
  const p = (high & 0x7fff_ffff) * 2 ** -32 + words[2 * i]! * 2 ** -64 + 2 ** -65;
  return (high >>> 31 === 1 ? -1 : 1) * upperQuantile(p);
}

describe('normal numbers', () => {
  it('are the quantiles of their bits, in every octave of the tail', () => {
    const words = wordsOf(1, 32_768);
    // A probability 2⁻ⁿ lower, n from 0 to 31.
    for (let i = 1; i < words.length; i += 2)
      words[i] = (words[i]! & 0x8000_0000) | ((words[i]! & 0x7fff_ffff) >>> ((i >> 1) % 32));
    const numbers = gaussians(words);
    for (let i = 0; i < numbers.length; i++)
      expect(Math.abs(numbers[i]! - exact(words, i))).toBeLessThan(1e-12);
  });

  it('reach as far as 64 bits do, to both sides, and never are no number', () => {
    const edges = Uint32Array.of(0, 0, 0, 0x8000_0000, 0xffff_ffff, 0x7fff_ffff, 0xffff_ffff, 0xffff_ffff);
    const [far, farLeft, near, nearLeft] = gaussians(edges);
    expect(far).toBeCloseTo(9.155293772686072, 10);
    expect(farLeft).toBeCloseTo(-9.155293772686072, 10);
    expect(Math.abs(near!)).toBeLessThan(1e-12);
    expect(Math.abs(nearLeft!)).toBeLessThan(1e-12);
  });

  it('have the moments and tails of the distribution', () => {
    const numbers = gaussians(wordsOf(2, 2_000_000 / 2 + 0x8000 - ((2_000_000 / 2) % 0x8000)));
    const n = numbers.length;
    const moment = (power: number) => numbers.reduce((sum, x) => sum + x ** power, 0) / n;
    const within = (actual: number, expected: number, variance: number) =>
      expect(Math.abs(actual - expected)).toBeLessThan(5 * Math.sqrt(variance / n));
    within(moment(1), 0, 1);
    within(moment(2), 1, 2);
    within(moment(3), 0, 15);
    within(moment(4), 3, 96);
    for (const x of [0.5, 1, 2, 3, 4]) {
      const p = upperTail(x);
      const share = (side: 1 | -1) => numbers.reduce((sum, value) => sum + Number(side * value > x), 0) / n;
      within(share(1), p, p);
      within(share(-1), p, p);
    }
  });

  it('are as evenly spread as chance has it (χ², 256 equal parts)', () => {
    const numbers = gaussians(wordsOf(3, 0x8000 * 16));
    const counts = new Float64Array(256);
    for (const x of numbers) counts[Math.floor(256 * upperTail(x))]! += 1;
    const expected = numbers.length / 256;
    const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 255 ± 4.5 standard deviations.
    expect(chi).toBeGreaterThan(255 - 4.5 * Math.sqrt(510));
    expect(chi).toBeLessThan(255 + 4.5 * Math.sqrt(510));
  });

  it('are added in a scale, from a place on', () => {
    const words = wordsOf(4, 16);
    const target = new Float64Array(8).fill(10);
    addGaussians(target, words, 2, 3, 4);
    expect([...target.subarray(0, 4), target[7]]).toEqual([10, 10, 10, 10, 10]);
    for (let i = 0; i < 3; i++) expect(target[4 + i]).toBeCloseTo(10 + 2 * exact(words, i), 12);
  });
});
