import { chiSquaredAbove } from '../distributions/chi-squared.ts';

/** All values of both samples, by what they say of how far the means of two samples may be apart. */
export interface Mixed {
  /** How many values the samples have, one at least. */
  readonly m: number;
  readonly n: number;
  /** Of values, after those that others determine. */
  readonly dimensions: number;
  /** The mean of the squared squared distances of values from their mean, in the unit of their covariance: greater, the rarer some are. */
  readonly rarity: number;
}

/**
 * The chance that the means of two samples are as far apart where all values are mixed and dealt again. `statistic`: m n / (m + n) times their
 * squared distance, in the unit of the covariance of all values. Taken from a χ² distribution with the mean and the variance that it has over all
 * deals (Haldane 1940; Mardia 1971), which holds for a few values and for samples of very different sizes as well.
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
