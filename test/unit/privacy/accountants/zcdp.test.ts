import { gaussianEpsilon } from '@murmuration/privacy/accountants/gaussian';
import { muOf, rhoOf, zcdpDelta, zcdpEpsilon } from '@murmuration/privacy/accountants/zcdp';
import { describe, expect, it } from 'vitest';
import { relativeError } from '../vectors.ts';

/** The least of the conversion over many α, in place of the root of its derivative. */
function leastOverOrders(rho: number, delta: number): number {
  let least = Infinity;
  for (let i = -8_000; i < 8_000; i++) {
    const alpha = 1 + 10 ** (i / 1_000);
    const epsilon = alpha * rho + Math.log1p(-1 / alpha) - Math.log(delta * alpha) / (alpha - 1);
    least = Math.min(least, epsilon);
  }
  return Math.max(0, least);
}

describe('zero-concentrated differential privacy', () => {
  it.each([
    [0.81, 1e-10],
    [3.17226586, 1e-6],
    [0.001, 1e-5],
    [100, 1e-15],
    [0.02, 0.05],
  ])('of ρ = %d at δ = %d has the least ε that any order allows', (rho, delta) => {
    const least = leastOverOrders(rho, delta);
    expect(zcdpEpsilon(rho, delta)).toBeLessThanOrEqual(least * (1 + 1e-12));
    expect(relativeError(zcdpEpsilon(rho, delta), least)).toBeLessThan(1e-5);
  });

  it('is looser than the exact curve: ρ = 0.81 at δ = 1e-10 is 8.55, not 8.92', () => {
    const mu = muOf(0.81);
    expect(rhoOf(mu)).toBeCloseTo(0.81, 12);
    expect(gaussianEpsilon(mu, 1e-10)).toBeCloseTo(8.548917028390653, 9);
    expect(zcdpEpsilon(0.81, 1e-10)).toBeCloseTo(8.92, 2);
  });

  it('leads to the same place both ways', () => {
    expect(relativeError(zcdpDelta(0.81, zcdpEpsilon(0.81, 1e-10)), 1e-10)).toBeLessThan(1e-9);
    expect(zcdpDelta(0, 1)).toBe(0);
    expect(zcdpEpsilon(0, 1e-10)).toBe(0);
    expect(zcdpEpsilon(1, 0)).toBe(Infinity);
    expect(zcdpEpsilon(1, 1)).toBe(0);
  });
});
