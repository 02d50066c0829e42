import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { rationalOf } from '../numerics/rational.ts';
import { InversionTable } from './inversion-table.ts';
import { gaussianWeights, poissonWeights } from './weights.ts';

/** Noise in integers, with its exact distribution. Keep the object: its tables are computed once. */
export interface IntegerNoise {
  /** Adds a fresh number to each element, modulo 2³², from unpredictable bytes. */
  addTo(target: Int32Array, random: RandomBytes): void;
}

/** Largest mean of one table of Poisson numbers; larger ones are sums of several. */
const largestMean = 2 ** 24;
/** Largest variance of a table of discrete Gaussian numbers: half a million bounds. */
const largestVariance = 2 ** 28;
/** Variance above which sums no longer fit 32 bits. */
const maxVariance = 2 ** 56;

/**
 * Skellam noise of a variance: the difference of two Poisson numbers with half of it as their mean. A sum of
 * such noise is again Skellam noise, with the sum of the variances.
 * @throws MurmurationError `config.invalid` for a variance that is not above 0, or beyond 2⁵⁶.
 */
export function skellamNoise(variance: number): IntegerNoise {
  requireVariance(variance, maxVariance);
  const parts = Math.ceil(variance / 2 / largestMean);
  const { numerator, denominator } = rationalOf(variance);
  const table = new InversionTable(
    poissonWeights({ numerator, denominator: 2n * BigInt(parts) * denominator }),
  );
  return {
    addTo(target, random) {
      for (let part = 0; part < parts; part++) {
        table.addTo(target, random, 1);
        table.addTo(target, random, -1);
      }
    },
  };
}

/**
 * Discrete Gaussian noise: an integer x with a probability proportional to exp(−x² / 2σ²), where σ² is the
 * `variance`.
 * @throws MurmurationError `config.invalid` for a variance that is not above 0, or beyond 2²⁸.
 */
export function discreteGaussianNoise(variance: number): IntegerNoise {
  requireVariance(variance, largestVariance);
  const table = new InversionTable(gaussianWeights(rationalOf(variance)));
  return { addTo: (target, random) => table.addTo(target, random) };
}

function requireVariance(variance: number, largest: number): void {
  if (!(variance > 0 && variance <= largest))
    throw new MurmurationError(
      'config.invalid',
      `The variance of this noise is above 0 and at most ${largest}; found ${variance}.`,
    );
}
