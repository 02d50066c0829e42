import { bandedNoise, bisrNoise, independentNoise } from '@murmuration/privacy/mechanisms/banded-noise';
import { bisrNoising } from '@murmuration/privacy/mechanisms/bisr';
import { roundVariance } from '@murmuration/privacy/mechanisms/toeplitz';
import { upperQuantile } from '@murmuration/privacy/numerics/normal';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { portable } from '@murmuration/protocol/primitives/portable';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';
import { covarianceOf, wrongNoise } from './measured.ts';
import { seedOf } from './seeds.ts';

const options = { primitives: native, seedOf, stddev: 1 };

/** Z of a round from its definition: a bigint of 64 bits for each number, and its quantile. */
function slowZ(round: number, count: number): number[] {
  const key = portable.hkdf(seedOf(round), utf8('murmuration gaussian noise'), 32);
  const stream = portable.keystream(key, 0).next(Math.ceil(count / 8));
  return Array.from({ length: count }, (_, i) => {
    let bits = 0n;
    for (let byte = 7; byte >= 0; byte--) bits = bits * 256n + BigInt(stream[8 * i + byte]!);
    const magnitude = bits & (2n ** 63n - 1n);
    const value = upperQuantile(Number(2n * magnitude + 1n) * 2 ** -65);
    return bits >> 63n === 1n ? -value : value;
  });
}

describe('banded noise', () => {
  const rounds = 64;
  const count = 5;
  const bands = 17;
  const z = Array.from({ length: rounds }, (_, round) => slowZ(round, count));
  const noise = bisrNoise(bands, { ...options, stddev: 2.5 });

  it('is Σ c_j Z_(t−j), by a slow second implementation over 64 rounds', () => {
    const coefficients = bisrNoising(bands);
    for (let round = 0; round < rounds; round++) {
      const sum = new Float64Array(count);
      noise.addTo(sum, round);
      for (let i = 0; i < count; i++) {
        let expected = 0;
        for (let j = 0; j < bands && j <= round; j++) expected += 2.5 * coefficients[j]! * z[round - j]![i]!;
        expect(Math.abs(sum[i]! - expected)).toBeLessThan(1e-9);
      }
    }
  });

  it('is the same again, on every platform, in every kind of array', () => {
    const sums = [native, portable].map(primitives => {
      const sum = new Float64Array(20_000);
      bisrNoise(3, { ...options, primitives }).addTo(sum, 5);
      return sum;
    });
    expect(sums[0]).toEqual(sums[1]);
    const single = new Float32Array(20_000);
    bisrNoise(3, options).addTo(single, 5);
    expect(single).toEqual(Float32Array.from(sums[0]!));
  });

  it('is added to what is there, whatever the length', () => {
    const long = new Float64Array(40_001).fill(1_000);
    const short = new Float64Array(16_390);
    noise.addTo(long, 20);
    noise.addTo(short, 20);
    for (let i = 0; i < short.length; i++) expect(Math.abs(long[i]! - 1_000 - short[i]!)).toBeLessThan(1e-9);
    expect(new Set(long).size).toBe(long.length);
  });

  it('lies on a grid, so that low bits tell nothing of what was added', () => {
    const sum = Float64Array.of(1 / 3, -1 / 7, 2 ** -60, 12_345.678901234567);
    noise.addTo(sum, 0);
    for (const value of sum) expect(Number.isInteger(value * 2 ** 31)).toBe(true);
    // It is no coarser than that: 2.5 is from 2¹ on.
    expect([...sum].some(value => !Number.isInteger(value * 2 ** 30))).toBe(true);
  });

  it('has the covariance of its matrix, and no other', () => {
    const measured = (stddev: number, column = bisrNoising(4)): Float64Array[] =>
      Array.from({ length: 6 }, (_, round) => {
        const sum = new Float64Array(60_000);
        bandedNoise(column, { ...options, stddev }).addTo(sum, round);
        return sum;
      });
    const expected = covarianceOf(bisrNoising(4), 3);
    expect(wrongNoise(measured(3), expected)).toEqual([]);
    // Planted: 5 % less noise, a variance for a standard deviation, one band less, noise that adds up in place of cancelling, independent noise.
    expect(wrongNoise(measured(0.95 * 3), expected)).not.toEqual([]);
    expect(wrongNoise(measured(9), expected)).not.toEqual([]);
    expect(wrongNoise(measured(3, bisrNoising(3)), expected)).not.toEqual([]);
    expect(wrongNoise(measured(3, bisrNoising(4).map(Math.abs)), expected)).not.toEqual([]);
    expect(wrongNoise(measured(3, Float64Array.of(1)), expected)).not.toEqual([]);
    expect(expected(5, 5)).toBeCloseTo(9 * roundVariance(bisrNoising(4), 5), 12);
  });

  it('is independent from round to round with one band', () => {
    const rounds = Array.from({ length: 4 }, (_, round) => {
      const sum = new Float64Array(50_000);
      independentNoise(options).addTo(sum, round);
      return sum;
    });
    expect(wrongNoise(rounds, (a, b) => Number(a === b))).toEqual([]);
  });

  it('needs the seeds of its bands, and no others', () => {
    const asked = new Set<number>();
    const watched = bisrNoise(4, {
      ...options,
      seedOf: round => {
        asked.add(round);
        return seedOf(round);
      },
    });
    watched.addTo(new Float64Array(3), 10);
    expect([...asked].sort((a, b) => a - b)).toEqual([7, 8, 9, 10]);
    expect([watched.oldest(10), watched.oldest(3), watched.oldest(2)]).toEqual([7, 0, 0]);
  });

  it('adds nothing at a standard deviation of 0, and asks for no seed', () => {
    const sum = Float64Array.of(1 / 3);
    bisrNoise(4, { primitives: native, stddev: 0, seedOf: () => new Uint8Array(0) }).addTo(sum, 3);
    expect(sum).toEqual(Float64Array.of(1 / 3));
  });

  it('refuses noise and seeds that are none', () => {
    for (const stddev of [-1, 1e-300, Number.NaN, Infinity])
      expect(codeOf(() => bisrNoise(2, { ...options, stddev }))).toBe('config.invalid');
    const short = bisrNoise(2, { ...options, seedOf: () => new Uint8Array(16) });
    expect(() => short.addTo(new Float64Array(1), 0)).toThrow(
      'The seed of noise has 32 bytes; that of round 0 has 16.',
    );
    expect(() => bisrNoise(2, { ...options, stddev: -1 })).toThrow(
      'The standard deviation of noise is 0, or from 1e-200 on; found -1.',
    );
    for (const stddev of [0, 1e-200, 1e9]) expect(() => bisrNoise(2, { ...options, stddev })).not.toThrow();
  });
});
