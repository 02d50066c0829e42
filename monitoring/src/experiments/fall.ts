import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { wilson } from '../accuracy/wilson.ts';
import { normalQuantile } from '../distributions/normal.ts';
import { halfWidth, tuned } from './always-valid.ts';
import { type ArmSums, meanOf, varianceOf } from './arm-sums.ts';

export interface FallOptions {
  /** The chance that a fall is found at any look where there is none; from 0 to 1, both excluded. */
  readonly alpha?: number;
  /** How much higher the mean of what is bad may be. */
  readonly by?: number;
  /** Units after which the test is most sensitive. */
  readonly tuning?: number;
  /** Values are 0 or 1. */
  readonly areShares?: boolean;
}

/** Whether something got worse since a time. */
export interface Fall {
  /** Of what is bad: the mean since then, less the mean before. */
  readonly effect: number;
  /** By how much at least, at the confidence asked for, at every look. */
  readonly least: number;
  readonly isDecided: boolean;
}

/**
 * Compares what is bad since a time with what it was before, at any time and as often as one likes: the mean before is known once and for all,
 * so it has a fixed interval (Wilson's, of shares), and the mean since then a one-sided confidence sequence (Waudby-Smith et al. 2021). Each has
 * half of alpha, whatever the other does. Unlike `alwaysValid`, it holds where one side is complete before the other begins.
 */
export function fallSince(before: ArmSums, since: ArmSums, options: FallOptions = {}): Fall {
  const { alpha = 0.05, by = 0, tuning = 1_000, areShares = false } = options;
  if (!(alpha > 0 && alpha < 1))
    throw new MurmurationError('config.invalid', `alpha is between 0 and 1, not ${alpha}.`);
  const effect = meanOf(since) - meanOf(before);
  if (before.n < 2 || since.n < 2) return { effect, least: -Infinity, isDecided: false };
  // One side of a two-sided bound at alpha is one at half of it.
  const half = halfWidth(since.n, spreadOf(since, areShares), tuned(alpha, tuning), alpha);
  const least = meanOf(since) - half - highest(before, alpha / 2, areShares);
  return { effect, least, isDecided: least > by };
}

/** The upper end of a one-sided interval of a mean. */
function highest(sums: ArmSums, alpha: number, areShares: boolean): number {
  if (areShares) return wilson(sums.sum, sums.n, 1 - 2 * alpha)[1];
  return meanOf(sums) + normalQuantile(1 - alpha) * Math.sqrt(varianceOf(sums, 1) / sums.n);
}

/** The variance of single values; of shares as if one more of each had been seen, since the first few tell too little. */
function spreadOf(sums: ArmSums, areShares: boolean): number {
  if (!areShares) return varianceOf(sums, 1);
  const share = (sums.sum + 1) / (sums.n + 2);
  return share * (1 - share);
}
