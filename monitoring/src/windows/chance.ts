import { chiSquaredAbove, chiSquaredCritical } from '../distributions/chi-squared.ts';
import { normalQuantile } from '../distributions/normal.ts';

/** Of windows that differ by chance alone, the share that may look as if they had drifted. */
export const rare = 0.001;

/** How often each bin was met in two windows, bins that neither has left out. */
export interface BinCounts {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

export type WindowDistance = 'jensen-shannon' | 'psi' | 'hellinger' | 'kullback-leibler' | 'total-variation';

/**
 * How far apart two windows of one distribution get by chance, in all but about one of a thousand cases: further, the fewer rows and the more
 * bins they have. All but the total variation are the χ² statistic of homogeneity to a factor, as long as both are close; where bins are nearly
 * empty they are more, so look at `chiSquaredOfBoth` as well.
 */
export function distanceByChance(distance: WindowDistance, counts: BinCounts): number {
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
    return mean + normalQuantile(1 - rare) * spread;
  }
  // Σ (p − q)² / share of both.
  const reached = chiSquaredCritical(rare, Math.max(1, reference.length - 1)) * each;
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

/** The p-value of Pearson's χ² test that both windows are of one distribution, neither being exact. */
export function chiSquaredOfBoth({ reference, current }: BinCounts): number {
  const [m, n] = [total(reference), total(current)];
  const statistic = reference.reduce((sum, count, at) => {
    const other = current[at]!;
    return sum + (count * Math.sqrt(n / m) - other * Math.sqrt(m / n)) ** 2 / (count + other);
  }, 0);
  return aboveOf(statistic, reference.length);
}

/** The same by the ratio of likelihoods (G-test). */
export function likelihoodRatioOfBoth({ reference, current }: BinCounts): number {
  const [m, n] = [total(reference), total(current)];
  const cost = (count: number, expected: number) =>
    count === 0 ? 0 : 2 * count * Math.log(count / expected);
  const statistic = reference.reduce((sum, count, at) => {
    const share = (count + current[at]!) / (m + n);
    return sum + cost(count, m * share) + cost(current[at]!, n * share);
  }, 0);
  return aboveOf(statistic, reference.length);
}

function aboveOf(statistic: number, bins: number): number {
  return bins < 2 ? 1 : chiSquaredAbove(Math.max(0, statistic), bins - 1);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
