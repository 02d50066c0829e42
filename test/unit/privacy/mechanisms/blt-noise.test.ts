import { independentNoise } from '@murmuration/privacy/mechanisms/banded-noise';
import { type Blt, bltNoising, bltStrategy } from '@murmuration/privacy/mechanisms/blt';
import { bltNoise } from '@murmuration/privacy/mechanisms/blt-noise';
import { native } from '@murmuration/protocol/primitives/node';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';
import { mechanismCase } from '../vectors.ts';
import { inverted, toeplitz } from './matrices.ts';
import { covarianceOf, wrongNoise } from './measured.ts';
import { seedOf } from './seeds.ts';

const blt = mechanismCase<Blt>('blt-zcdp-fcp');
const options = { primitives: native, seedOf, stddev: 1.5 };

/** The noise of rounds, as a coordinator makes it. */
function streamed(rounds: number, count: number, noise = bltNoise(blt, options)): Float64Array[] {
  const state = noise.init(count);
  return Array.from({ length: rounds }, (_, round) => {
    const sum = new Float64Array(count);
    noise.addTo(sum, round, state);
    return sum;
  });
}

describe('BLT noise', () => {
  it('is C⁻¹ Z, by a matrix over 64 rounds', () => {
    const [rounds, count] = [64, 9];
    const inverse = inverted(toeplitz(bltStrategy(blt, rounds), rounds));
    const z = Array.from({ length: rounds }, (_, round) => {
      const sum = new Float64Array(count);
      independentNoise(options).addTo(sum, round);
      return sum;
    });
    for (const [round, sum] of streamed(rounds, count).entries())
      for (let i = 0; i < count; i++) {
        const expected = inverse[round]!.reduce((total, factor, past) => total + factor * z[past]![i]!, 0);
        expect(Math.abs(sum[i]! - expected)).toBeLessThan(1e-8);
      }
  });

  it('has the covariance of its matrix, and no other', () => {
    const expected = covarianceOf(bltNoising(blt, 6), 1.5);
    expect(wrongNoise(streamed(6, 60_000), expected)).toEqual([]);
    const planted = (stddev: number, other: Blt = blt) =>
      wrongNoise(streamed(6, 60_000, bltNoise(other, { ...options, stddev })), expected);
    // Planted: 5 % less noise, a variance for a standard deviation, half of what is taken back.
    expect(planted(0.95 * 1.5)).not.toEqual([]);
    expect(planted(1.5 ** 2)).not.toEqual([]);
    expect(planted(1.5, { theta: blt.theta, omega: blt.omega.map(value => value / 2) })).not.toEqual([]);
  });

  it('goes on from a state that was stored', () => {
    const count = 17_000;
    const noise = bltNoise(blt, options);
    const whole = streamed(8, count);
    const state = noise.init(count);
    for (let round = 0; round < 5; round++) noise.addTo(new Float64Array(count), round, state);
    const restored = Float64Array.from(state);
    for (let round = 5; round < 8; round++) {
      const sum = new Float64Array(count);
      bltNoise(blt, options).addTo(sum, round, restored);
      expect(sum).toEqual(whole[round]);
    }
  });

  it('refuses a state of another model', () => {
    const noise = bltNoise(blt, options);
    expect(codeOf(() => noise.addTo(new Float64Array(3), 0, new Float64Array(3)))).toBe('config.invalid');
    expect(() => noise.addTo(new Float64Array(3), 0, new Float64Array(3))).toThrow(
      '4 buffers of 3 numbers are 12; the state has 3.',
    );
  });

  it('passes a round without adding its noise', () => {
    const count = 17_000;
    const noise = bltNoise(blt, options);
    const whole = streamed(4, count);
    const state = noise.init(count);
    for (let round = 0; round < 3; round++) noise.pass(round, state);
    const sum = new Float64Array(count);
    noise.addTo(sum, 3, state);
    expect(sum).toEqual(whole[3]);
  });

  it('refuses noise and parameters that are none', () => {
    expect(codeOf(() => bltNoise(blt, { ...options, stddev: -1 }))).toBe('config.invalid');
    expect(codeOf(() => bltNoise({ theta: [2], omega: [0.1] }, options))).toBe('config.invalid');
  });

  it('adds nothing at a standard deviation of 0', () => {
    const noise = bltNoise(blt, { ...options, stddev: 0 });
    const sum = Float64Array.of(1 / 3);
    const state = noise.init(1);
    noise.addTo(sum, 0, state);
    expect(sum).toEqual(Float64Array.of(1 / 3));
    expect(state).toEqual(noise.init(1));
  });
});
