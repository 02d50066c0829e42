import { bisrNoising, bisrStrategy } from '@murmuration/privacy/mechanisms/bisr';
import { type Blt, bltNoising, bltStrategy } from '@murmuration/privacy/mechanisms/blt';
import { optimalBlt } from '@murmuration/privacy/mechanisms/optimal-blt';
import type { Participation } from '@murmuration/privacy/mechanisms/participation';
import { errorsOf, sensitivitySquared } from '@murmuration/privacy/mechanisms/toeplitz';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';
import { mechanismCase, relativeError } from '../vectors.ts';

/** The errors of a BLT, from the definitions. */
const costOf = (blt: Blt, participation: Participation) =>
  errorsOf(
    bltNoising(blt, participation.rounds),
    participation.rounds,
    sensitivitySquared(bltStrategy(blt, participation.rounds), participation),
  );

describe('the optimal BLT', () => {
  it('is that of blt-optimum-golden for one participation', () => {
    const { n, buffers, theta, omega, rtol, rootMaxLoss } = mechanismCase<{
      n: number;
      buffers: number;
      theta: number[];
      omega: number[];
      rtol: number;
      rootMaxLoss: number;
    }>('blt-optimum-golden');
    const once = { rounds: n, separation: n };
    expect(relativeError(costOf({ theta, omega }, once).rootMax, rootMaxLoss)).toBeLessThan(1e-12);
    const { blt, rootMax } = optimalBlt({ ...once, buffers });
    for (const [j, value] of theta.entries()) expect(relativeError(blt.theta[j]!, value)).toBeLessThan(rtol);
    for (const [j, value] of omega.entries()) expect(relativeError(blt.omega[j]!, value)).toBeLessThan(rtol);
    expect(rootMax).toBeLessThanOrEqual(rootMaxLoss);
  });

  const several = { rounds: 600, separation: 100, participations: 6 };

  it('has no more error with another buffer, and less than BISR of all bands, for several participations', () => {
    const bisr = errorsOf(bisrNoising(100), 600, sensitivitySquared(bisrStrategy(100, 600), several));
    const errors = [1, 2, 3, 4].map(buffers => optimalBlt({ ...several, buffers }).rootMax);
    for (let i = 1; i < errors.length; i++) expect(errors[i]).toBeLessThan(errors[i - 1]! * (1 + 1e-6));
    expect(errors[2]).toBeLessThan(0.98 * errors[0]!);
    // By SciPy's Nelder–Mead from the same starts; one of three ends at 9.8287.
    expect(errors[2]).toBeCloseTo(9.775149106301, 8);
    expect(errors.at(-1)).toBeLessThan(bisr.rootMax);
  });

  it.each(['rootMax', 'rootMean'] as const)('is a minimum of %s, and says what it costs', error => {
    const found = optimalBlt({ ...several, buffers: 3, error });
    const { blt } = found;
    const cost = costOf(blt, several);
    expect(found).toMatchObject(cost);
    for (const factor of [0.97, 1.03])
      for (let j = 0; j < 3; j++) {
        const otherOmega = { ...blt, omega: blt.omega.with(j, blt.omega[j]! * factor) };
        expect(costOf(otherOmega, several)[error]).toBeGreaterThan(cost[error]);
        const rest = (1 - blt.theta[j]!) * factor;
        // The slowest buffer may forget nothing, and then next to nothing is as good.
        expect(costOf({ ...blt, theta: blt.theta.with(j, 1 - rest) }, several)[error]).toBeGreaterThan(
          cost[error] * (1 - 1e-9),
        );
      }
  });

  it('is better for its own participation than for another', () => {
    const other = optimalBlt({ rounds: 600, separation: 600, buffers: 2 });
    const own = optimalBlt({ ...several, buffers: 2 });
    expect(own.rootMax).toBeLessThan(0.98 * costOf(other.blt, several).rootMax);
  });

  it.each([
    [{ rounds: 10, separation: 5, buffers: 0 }, 'BLT noise has 1 to 8 buffers; found 0.'],
    [{ rounds: 10, separation: 5, buffers: 1.5 }, 'found 1.5'],
    [{ rounds: 10, separation: 5, buffers: 9 }, 'found 9'],
    [{ rounds: 10, separation: 5, participations: 3 }, 'At most 2 participations fit'],
  ])('refuses %j', (wrong, words) => {
    expect(codeOf(() => optimalBlt(wrong))).toBe('config.invalid');
    expect(() => optimalBlt(wrong)).toThrow(words);
  });

  it('exists for the shortest trainings', () => {
    for (const rounds of [1, 2, 3])
      expect(optimalBlt({ rounds, separation: 1 }).rootMax).toBeGreaterThanOrEqual(1);
    // One round has the noise of its sum, whatever the buffers.
    expect(optimalBlt({ rounds: 1, separation: 1, buffers: 8 })).toMatchObject({
      rootMax: 1,
      rootMean: 1,
      sensitivitySquared: 1,
    });
  });

  it('of two rounds is known: one buffer, ω ≈ ½ for one participation', () => {
    // C = (1 0; ω 1), C⁻¹ = (1 0; −ω 1): (1 + ω²) max(1, 1 + (1 − ω)²) is least where 2ω³ − 3ω² + 3ω − 1 = 0.
    const {
      blt,
      rootMax,
      sensitivitySquared: squared,
    } = optimalBlt({ rounds: 2, separation: 2, buffers: 1 });
    expect(blt.omega[0]).toBeCloseTo(0.5, 5);
    expect(squared).toBeCloseTo(1.25, 5);
    expect(rootMax).toBeCloseTo(1.25, 9);
  });

  it('has its slowest buffer first, and four by default', () => {
    const { blt } = optimalBlt({ rounds: 200, separation: 200 });
    expect(blt.theta).toHaveLength(4);
    expect([...blt.theta].sort((a, b) => b - a)).toEqual(blt.theta);
  });
});
