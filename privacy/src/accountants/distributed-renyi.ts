import {
  type Distributed,
  gaussianSumDistance,
  normsOf,
  requireDistributed,
} from '../mechanisms/distributed.ts';
import { type Renyi, standardOrders } from './renyi.ts';

/** Orders for which the bound of Skellam noise is proved. */
export const wholeOrders: readonly number[] = standardOrders.filter(order => Number.isInteger(order));

/** Norms of a contribution, and the noise on the sum. */
export interface OnSum {
  readonly l2: number;
  readonly l1: number;
  /** Variance of the noise on the sum. */
  readonly variance: number;
}

/**
 * Rényi divergence of Skellam noise (Agarwal, Kairouz & Liu 2021, the bound of their multidimensional Skellam
 * mechanism), for integer orders: αΔ₂²/2V + min(((2α − 1)Δ₂² + 6Δ₁) / 4V², 3Δ₁ / 2V); infinite for others,
 * for which no bound is proved.
 */
export const skellamRenyi =
  ({ l2, l1, variance: v }: OnSum): Renyi =>
  order => {
    if (!Number.isInteger(order) || v === 0) return Infinity;
    const more = Math.min(((2 * order - 1) * l2 ** 2 + 6 * l1) / (4 * v ** 2), (3 * l1) / (2 * v));
    return (order * l2 ** 2) / (2 * v) + more;
  };

/**
 * Rényi divergence of a sum of discrete Gaussians that is within τ = `distance` of one (Kairouz, Liu &
 * Steinke 2021): the least of αΔ₂²/2V + τd, α(Δ₂²/V + 2Δ₁τ/√V + τ²d)/2 and α(Δ₂/√V + τ√d)²/2.
 */
export const discreteGaussianRenyi =
  ({ l2, l1, variance: v }: OnSum, distance: number, values: number): Renyi =>
  order => {
    if (v === 0) return Infinity;
    const signal = l2 ** 2 / v;
    return Math.min(
      (order * signal) / 2 + distance * values,
      (order * (signal + (2 * l1 * distance) / Math.sqrt(v) + distance ** 2 * values)) / 2,
      (order * (Math.sqrt(signal) + distance * Math.sqrt(values)) ** 2) / 2,
    );
  };

/**
 * Rényi differential privacy of one release with noise by devices.
 * @throws MurmurationError `config.invalid` for numbers out of range.
 */
export function distributedRenyi(mechanism: Distributed): Renyi {
  requireDistributed(mechanism);
  const { kind, perDevice, quorum, values } = mechanism;
  const onSum = { ...normsOf(mechanism), variance: perDevice * quorum };
  if (kind === 'skellam') return skellamRenyi(onSum);
  return discreteGaussianRenyi(onSum, gaussianSumDistance(quorum, perDevice), values);
}
