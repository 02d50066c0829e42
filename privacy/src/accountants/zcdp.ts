import { root } from '../numerics/root.ts';

/** ρ of zero-concentrated differential privacy that μ-Gaussian differential privacy implies (Bun & Steinke 2016, Proposition 1.6). */
export const rhoOf = (mu: number): number => (mu * mu) / 2;

/** μ of the Gaussian mechanism whose ρ is that. Other mechanisms of the same ρ are not μ-Gaussian. */
export const muOf = (rho: number): number => Math.sqrt(2 * rho);

/**
 * ε at δ of ρ-zero-concentrated differential privacy, the best that follows from ρ only (Canonne, Kamath & Steinke 2020, Corollary 13:
 * the least over α > 1 of αρ + ln(1 − 1/α) − ln(δα) / (α − 1)). For Gaussian noise it is looser than the exact curve of `gaussianEpsilon`.
 */
export function zcdpEpsilon(rho: number, delta: number): number {
  if (rho === 0 || delta >= 1) return 0;
  if (delta <= 0 || rho === Infinity) return Infinity;
  const logDelta = Math.log(delta);
  const epsilonAt = (alpha: number) =>
    alpha * rho + Math.log1p(-1 / alpha) - (logDelta + Math.log(alpha)) / (alpha - 1);
  // The derivative in α, times (α − 1)²: increasing, negative at 1.
  const slope = (alpha: number) => rho * (alpha - 1) ** 2 + logDelta + Math.log(alpha);
  let high = 2;
  while (slope(high) < 0) high *= 2;
  return Math.max(0, epsilonAt(root(slope, 1, high)));
}

/** δ at ε of ρ-zero-concentrated differential privacy, by the same conversion. */
export function zcdpDelta(rho: number, epsilon: number): number {
  if (rho === 0) return 0;
  if (zcdpEpsilon(rho, Number.MIN_VALUE) <= epsilon) return 0;
  const excess = (logDelta: number) => zcdpEpsilon(rho, Math.exp(logDelta)) - epsilon;
  return excess(0) >= 0 ? 1 : Math.exp(root(excess, Math.log(Number.MIN_VALUE), 0));
}
