import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { incompleteBeta } from '../distributions/gamma.ts';
import { normalQuantile } from '../distributions/normal.ts';
import { halfWidth, tuned } from './always-valid.ts';
import { leastAtAnyLook } from './any-look.ts';
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
 * so it has a fixed interval (that of Clopper and Pearson, of shares), and the mean since then a one-sided confidence sequence (`shareAtAnyLook`
 * of shares, else Waudby-Smith et al. 2021). Each has half of alpha, whatever the other does. Unlike `alwaysValid`, it holds where one side is complete before the other begins.
 */
export function fallSince(before: ArmSums, since: ArmSums, options: FallOptions = {}): Fall {
  const { alpha = 0.05, by = 0, tuning = 1_000, areShares = false } = options;
  if (!(alpha > 0 && alpha < 1))
    throw new MurmurationError('config.invalid', `alpha is between 0 and 1, not ${alpha}.`);
  const effect = meanOf(since) - meanOf(before);
  if (before.n < 2 || since.n < 2) return { effect, least: -Infinity, isDecided: false };
  // One side of a two-sided interval at alpha is one at half of it.
  const now = areShares
    ? leastAtAnyLook(meanOf(since), since.n, { alpha, tuning })
    : meanOf(since) - halfWidth(since.n, spreadOf(since, before), tuned(alpha, tuning), alpha);
  const most = areShares
    ? highestShare(before, alpha / 2)
    : meanOf(before) + normalQuantile(1 - alpha / 2) * Math.sqrt(spreadOf(before, since) / before.n);
  const least = now - most;
  return { effect, least, isDecided: least > by };
}

/**
 * The upper end of the exact one-sided interval of a share (Clopper and Pearson 1934): above it, so few would have been seen with a chance below
 * alpha. Wilson's has that chance only nearly, and not of a few units.
 */
function highestShare({ n, sum }: ArmSums, alpha: number): number {
  if (sum >= n) return 1;
  let low = sum / n;
  let high = 1;
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    // P(X ≤ sum) of a binomial distribution.
    if (incompleteBeta(n - sum, sum + 1, 1 - middle) > alpha) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The variance of single values, no less than that of the values of both sides: a side that has not met a rare large value yet would seem sure of
 * its mean.
 */
function spreadOf(own: ArmSums, other: ArmSums): number {
  const [first, second] = [varianceOf(own, 1), varianceOf(other, 1)];
  return Math.max(first, (own.n * first + other.n * second) / (own.n + other.n));
}
