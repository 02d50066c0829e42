import { chiSquaredCritical } from '../distributions/chi-squared.ts';
import { normalQuantile } from '../distributions/normal.ts';
import type { BinShares } from '../samples/bins.ts';

/** Share of windows that may look drifted by chance. */
export const maxFalseDriftShare = 0.001;

export type WindowDistance = 'jensen-shannon' | 'psi' | 'hellinger' | 'kullback-leibler' | 'total-variation';

/**
 * Returns the distance that two windows of one distribution exceed by chance in about one of a thousand
 * cases: larger for fewer rows and more bins. `counts` are of bins that are not empty in both. All distances
 * except the total variation are the χ² statistic of homogeneity up to a factor, if the windows are close;
 * with nearly empty bins they are larger, so use a χ² test too.
 */
export function distanceByChance(distance: WindowDistance, counts: BinShares): number {
  const { reference, current } = counts;
  const [m, n] = [total(reference), total(current)];
  const each = 1 / m + 1 / n;
  if (distance === 'total-variation') {
    const variances = reference.map((count, at) => {
      const share = (count + current[at]!) / (m + n);
      return share * (1 - share) * each;
    });
    const mean = variances.reduce((sum, variance) => sum + Math.sqrt((2 * variance) / Math.PI), 0) / 2;
    const spread = Math.sqrt((1 - 2 / Math.PI) * total(variances)) / 2;
    return mean + normalQuantile(1 - maxFalseDriftShare) * spread;
  }
  // Σ (p − q)² / share of both.
  const reached = chiSquaredCritical(maxFalseDriftShare, Math.max(1, reference.length - 1)) * each;
  switch (distance) {
    case 'jensen-shannon':
    case 'hellinger':
      return Math.sqrt(reached / 8);
    case 'psi':
      return reached;
    case 'kullback-leibler':
      return reached / 2;
  }
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
