import { bisrNoising, bisrStrategy } from '@murmuration/privacy/mechanisms/bisr';
import { bltNoising, bltStrategy, requireBlt } from '@murmuration/privacy/mechanisms/blt';
import { noisingOf, strategyOf } from '@murmuration/privacy/mechanisms/mechanism';
import {
  errorsOf,
  inverseOf,
  roundVariance,
  sensitivitySquared,
} from '@murmuration/privacy/mechanisms/toeplitz';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';
import { mechanismCase, relativeError } from '../vectors.ts';
import { inverted, product, toeplitz, worstSquaredSensitivity } from './matrices.ts';

interface BisrCase {
  readonly noisingCoefs: readonly number[];
  readonly strategyCoefs_p4: readonly number[];
  readonly cases: readonly Record<'n' | 'b' | 'k' | 'p' | 'sens2' | 'rootMax' | 'rootMean', number>[];
}
interface BltCase {
  readonly theta: readonly number[];
  readonly omega: readonly number[];
  readonly n: number;
  readonly minSep: number;
  readonly maxParticipations: readonly (number | null)[];
  readonly rho: number;
  readonly tolerance: number;
}

const bisr = mechanismCase<BisrCase>('bisr');
const blt = mechanismCase<BltCase>('blt-zcdp-fcp');
const size = 64;

describe('BISR', () => {
  it('has the published coefficients', () => {
    const noising = bisrNoising(bisr.noisingCoefs.length);
    for (const [i, value] of bisr.noisingCoefs.entries()) expect(noising[i]).toBeCloseTo(value, 14);
    const strategy = bisrStrategy(4, bisr.strategyCoefs_p4.length);
    for (const [i, value] of bisr.strategyCoefs_p4.entries()) expect(strategy[i]).toBeCloseTo(value, 14);
  });

  it.each(bisr.cases)(
    'of $p bands, n = $n, b = $b, k = $k has that sensitivity and these errors',
    ({ n, b, k, p, sens2, rootMax, rootMean }) => {
      const squared = sensitivitySquared(bisrStrategy(p, n), { rounds: n, separation: b, participations: k });
      expect(relativeError(squared, sens2)).toBeLessThan(1e-6);
      const errors = errorsOf(bisrNoising(p), n, squared);
      // Printed with six digits.
      expect(relativeError(errors.rootMax, rootMax)).toBeLessThan(1e-5);
      expect(relativeError(errors.rootMean, rootMean)).toBeLessThan(1e-5);
    },
  );

  it('squares to 1 − x as rational numbers', () => {
    // 4^j c_j is a whole number: −2 Catalan(j − 1) without the sign of the first.
    const whole = [1n];
    for (let j = 1n; j < 24n; j++) whole.push((whole.at(-1)! * (2n * j - 3n) * 2n) / j);
    for (let power = 0; power < whole.length; power++) {
      let sum = 0n;
      for (let j = 0; j <= power; j++) sum += whole[j]! * whole[power - j]!;
      expect(sum).toBe(power === 0 ? 1n : power === 1 ? -4n : 0n);
    }
    const column = bisrNoising(whole.length);
    for (const [j, value] of whole.entries())
      expect(relativeError(column[j]!, Number(value) / 4 ** j)).toBeLessThan(1e-14);
  });

  it.each([1, 2, 4, 17, 64])('of %d bands is the inverse of its strategy, as matrices', bands => {
    const identity = product(toeplitz(bisrNoising(bands), size), toeplitz(bisrStrategy(bands, size), size));
    for (const [i, row] of identity.entries())
      for (const [j, value] of row.entries()) expect(Math.abs(value - (i === j ? 1 : 0))).toBeLessThan(1e-12);
    const naive = inverted(toeplitz(bisrNoising(bands), size));
    const strategy = bisrStrategy(bands, size);
    for (let t = 0; t < size; t++) expect(Math.abs(naive[t]![0]! - strategy[t]!)).toBeLessThan(1e-12);
  });

  it('has strategies that never increase, so that their sensitivity is known', () => {
    for (let bands = 1; bands <= 80; bands++)
      expect(() =>
        sensitivitySquared(bisrStrategy(bands, 400), { rounds: 400, separation: 7 }),
      ).not.toThrow();
  });
});

describe('BLT', () => {
  it.each(blt.maxParticipations)('has the published ρ, with %s participations', participations => {
    const squared = sensitivitySquared(bltStrategy(blt, blt.n), {
      rounds: blt.n,
      separation: blt.minSep,
      participations: participations ?? undefined,
    });
    // z is 1.
    expect(relativeError(squared / 2, blt.rho)).toBeLessThan(blt.tolerance);
  });

  it('is the inverse of its strategy, as matrices', () => {
    const naive = inverted(toeplitz(bltStrategy(blt, size), size));
    const noising = bltNoising(blt, size);
    for (let t = 0; t < size; t++) expect(Math.abs(naive[t]![0]! - noising[t]!)).toBeLessThan(1e-12);
    const inverse = inverseOf(bltStrategy(blt, size), size);
    for (let t = 0; t < size; t++) expect(Math.abs(inverse[t]! - noising[t]!)).toBeLessThan(1e-12);
  });

  it.each([
    [{ theta: [], omega: [] }, 'A BLT has as many of theta as of omega, 1 or more; found 0 and 0.'],
    [{ theta: [0.5, -0.1], omega: [0.1, 0.1] }, 'theta is above 0 and at most 1; found -0.1.'],
    [
      { theta: [0.5, 0.5], omega: [0.1, 0] },
      'omega are positive and add up to at most 1; found 0.1, 0, which',
    ],
    [{ theta: [0.5], omega: [Number.NaN] }, 'found NaN'],
    [{ theta: [0.5], omega: [0.1, 0.1] }, 'found 1 and 2'],
    [{ theta: [1.01], omega: [0.1] }, 'found 1.01'],
    [{ theta: [0], omega: [0.1] }, 'found 0'],
    [{ theta: [0.5], omega: [-0.1] }, 'found -0.1'],
    [{ theta: [0.9, 0.5], omega: [0.6, 0.6] }, 'add up to 1.2'],
    [{ theta: [Number.NaN], omega: [0.1] }, 'found NaN'],
  ])('refuses %j', (wrong, words) => {
    expect(codeOf(() => requireBlt(wrong))).toBe('config.invalid');
    expect(() => requireBlt(wrong)).toThrow(words);
  });

  it('may have parameters at their bounds', () => {
    expect(() => requireBlt({ theta: [1, 1e-9], omega: [0.75, 0.25] })).not.toThrow();
  });

  it('has a strategy of sums of powers, and its inverse', () => {
    const two = { theta: [0.5, 1], omega: [0.25, 0.5] };
    expect([...bltStrategy(two, 4)]).toEqual([1, 0.75, 0.625, 0.5625]);
    // c₀ = 1, c₁ = −0.75, c₂ = 0.75² − 0.625, …
    expect([...bltNoising(two, 3)]).toEqual([1, -0.75, -0.0625]);
    expect([...bltStrategy(two, 1)]).toEqual([1]);
  });
});

it('correlated noise has the columns of its kind', () => {
  const two = { kind: 'blt', theta: [0.5], omega: [0.25] } as const;
  expect(strategyOf({ noise: two, rounds: 5 })).toEqual(bltStrategy(two, 5));
  expect(noisingOf(two, 5)).toEqual(bltNoising(two, 5));
  const bands = (bands: number) => ({ kind: 'bisr', bands }) as const;
  expect(strategyOf({ noise: bands(3), rounds: 5 })).toEqual(bisrStrategy(3, 5));
  expect(noisingOf(bands(3), 5)).toEqual(bisrNoising(3));
  expect(noisingOf(bands(9), 5)).toEqual(bisrNoising(5));
});

describe('the sensitivity', () => {
  const rounds = 11;
  it.each([
    ['BISR, 3 bands', bisrStrategy(3, rounds)],
    ['BISR, all bands', bisrStrategy(rounds, rounds)],
    ['BLT', bltStrategy(blt, rounds)],
    ['independent noise', bisrStrategy(1, rounds)],
  ])('of %s is the worst over every pattern and every sign', (_, strategy) => {
    for (const separation of [1, 2, 3, 5])
      for (const participations of [1, 2, 3]) {
        const worst = worstSquaredSensitivity(toeplitz(strategy, rounds), separation, participations);
        const claimed = sensitivitySquared(strategy, { rounds, separation, participations });
        expect(Math.abs(claimed - worst)).toBeLessThan(1e-12);
      }
  });

  it('counts b as jax_privacy does: 1 is every round', () => {
    const independent = bisrStrategy(1, 10);
    expect(sensitivitySquared(independent, { rounds: 10, separation: 1 })).toBe(10);
    expect(sensitivitySquared(independent, { rounds: 10, separation: 2 })).toBe(5);
    expect(sensitivitySquared(independent, { rounds: 10, separation: 3 })).toBe(4);
  });

  it.each([
    [{ rounds: 20, separation: 6, participations: 5 }, 'At most 4 participations fit, or a separation of 4'],
    [
      { rounds: 20, separation: 20, participations: 2 },
      'At most 1 participations fit, or a separation of 19',
    ],
    [{ rounds: 0, separation: 1 }, 'rounds is a whole number from 1 on; found 0'],
    [{ rounds: 5, separation: 0 }, 'separation is a whole number'],
    [{ rounds: 5, separation: 1.5 }, 'found 1.5'],
    [
      { rounds: 20, separation: 6, participations: 5 },
      '5 participations 6 rounds apart need 25 rounds; there are 20. At most',
    ],
    [{ rounds: 5, separation: 1, participations: 0 }, 'participations is a whole number from 1 on; found 0.'],
  ])('refuses what the schedule has no room for: %j', (wrong, words) => {
    const strategy = bisrStrategy(2, 20);
    expect(codeOf(() => sensitivitySquared(strategy, wrong))).toBe('config.invalid');
    expect(() => sensitivitySquared(strategy, wrong)).toThrow(words);
  });

  it('is refused for strategies of which it is not known', () => {
    for (const strategy of [[1, -0.5], [1, 0.5, 0.6], [-1], [1, Number.NaN]])
      expect(codeOf(() => sensitivitySquared(strategy, { rounds: 3, separation: 1 }))).toBe('config.invalid');
    expect(() => sensitivitySquared([1, 0.5, 0.6], { rounds: 3, separation: 1 })).toThrow(
      'The sensitivity is known for strategies whose entries are not negative and do not increase; entry 2 is 0.6.',
    );
    // What is beyond the rounds does not count; equal entries and zeros are fine.
    expect(sensitivitySquared([1, 0.5, 0.6], { rounds: 2, separation: 2 })).toBe(1.25);
    expect(sensitivitySquared([1, 1, 0], { rounds: 3, separation: 3 })).toBe(2);
    // One entry after the other of (1 + b, …): 1, 0.5 + 1, 0.5 + 1.
    expect(sensitivitySquared([1, 0.5], { rounds: 3, separation: 1 })).toBe(1 + 2.25 + 2.25);
    expect(sensitivitySquared([1, 0.5], { rounds: 3, separation: 1, participations: 1 })).toBe(1.25);
  });
});

describe('the errors of noise', () => {
  it.each([
    // Prefixes 1, 1: variances 1, 2.
    [[1], 2, Math.sqrt(2), Math.sqrt(1.5)],
    // Prefixes 1, ½, 0: variances 1, 1.25, 1.25.
    [[1, -0.5, -0.5], 3, Math.sqrt(1.25), Math.sqrt(3.5 / 3)],
    [[1, -0.5, -0.5, 9], 1, 1, 1],
  ])('of the column %j in %d rounds are those of its prefixes', (noising, rounds, rootMax, rootMean) => {
    const errors = errorsOf(noising, rounds, 4);
    expect(errors.rootMax).toBeCloseTo(2 * rootMax, 14);
    expect(errors.rootMean).toBeCloseTo(2 * rootMean, 14);
  });

  it('has an inverse column also where its first entry is not 1', () => {
    // 1 / (2 − x) = ½ + x/4 + x²/8 …
    expect([...inverseOf([2, -1], 4)]).toEqual([0.5, 0.25, 0.125, 0.0625]);
  });
});

describe('the variance of a round', () => {
  it('is the squared norm of its row of the inverse', () => {
    const noising = bisrNoising(4);
    const matrix = toeplitz(noising, 8);
    for (let t = 0; t < 8; t++)
      expect(roundVariance(noising, t)).toBeCloseTo(
        matrix[t]!.reduce((sum, value) => sum + value * value, 0),
        14,
      );
  });
});
