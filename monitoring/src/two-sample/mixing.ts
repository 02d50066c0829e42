import { chiSquaredAbove } from '../distributions/chi-squared.ts';

/** Properties of all values of both samples that decide how far apart two means may be. */
export interface Mixed {
  /** Sizes of the samples, at least one. */
  readonly m: number;
  readonly n: number;
  /** Dimensions of values, without those that others determine. */
  readonly dimensions: number;
  /**
   * Mean of the fourth power of values' distances from their mean, in the unit of their covariance: the
   * rarer some values, the greater.
   */
  readonly rarity: number;
}

/**
 * Returns the probability that the means of two samples are as far apart if all values are mixed and dealt
 * again. `statistic`: m n / (m + n) times their squared distance, in the unit of the covariance of all
 * values. It uses a χ² distribution with the statistic's mean and variance over all deals (Haldane 1940;
 * Mardia 1971), which also holds for few values and for samples of very different sizes.
 */
export function aboveByMixing(statistic: number, { m, n, dimensions, rarity }: Mixed): number {
  const all = m + n;
  if (all <= 3) return 1;
  const mean = (all * dimensions) / (all - 1);
  const sizes = (all ** 2 / (m * n) - 4) / (all - 2);
  const rare = (rarity - dimensions ** 2) / (all - 2);
  const free = (all - 2) / (all - 1) - sizes;
  const freeValues = (dimensions * (all - 1 - dimensions)) / (all - 1) - rare;
  const variance = ((2 * all) / (all - 3)) * free * freeValues + (all ** 2 / (all - 1)) * sizes * rare;
  if (!(variance > 0)) return 1;
  return chiSquaredAbove((statistic * 2 * mean) / variance, (2 * mean ** 2) / variance);
}
