import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { incompleteBeta } from '../distributions/gamma.ts';
import { normalQuantile } from '../distributions/normal.ts';
import { halfWidth, tuned } from './always-valid.ts';
import { leastAtAnyLook } from './any-look.ts';
import { type ArmSums, meanOf, varianceOf } from './arm-sums.ts';

export interface FallOptions {
  /** Probability of finding a fall at any look if there is none; from 0 to 1, both excluded. */
  readonly alpha?: number;
  /** Tolerated rise of the mean of the bad figure. */
  readonly by?: number;
  /** Units after which the test is most sensitive. */
  readonly tuning?: number;
  /** True if values are 0 or 1. */
  readonly areShares?: boolean;
}

/** Result of a test for a fall in quality. */
export interface Fall {
  /** Rise of the bad figure: the mean since then minus the mean before. */
  readonly effect: number;
  /** Least rise at the confidence of the test, valid at every look. */
  readonly least: number;
  readonly isDecided: boolean;
}

/**
 * Compares a bad figure since a time with the same figure before, at any look. The mean before is complete,
 * so it has a fixed interval (Clopper and Pearson for shares). The mean since then has a one-sided
 * confidence sequence (`shareAtAnyLook` for shares, else Waudby-Smith et al. 2021). Each has half of alpha.
 * Unlike `alwaysValid`, it holds if one side is complete before the other begins.
 */
export function fallSince(before: ArmSums, since: ArmSums, options: FallOptions = {}): Fall {
  const { alpha = 0.05, by = 0, tuning = 1_000, areShares = false } = options;
  if (!(alpha > 0 && alpha < 1))
    throw new MurmurationError('config.invalid', `alpha is between 0 and 1, not ${alpha}.`);
  const effect = meanOf(since) - meanOf(before);
  if (before.n < 2 || since.n < 2) return { effect, least: -Infinity, isDecided: false };
  // One side of a two-sided interval at alpha has half of alpha.
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
 * Returns the upper end of the exact one-sided interval of a share (Clopper and Pearson 1934): for larger
 * shares, so few successes have a probability below alpha. Wilson's interval is only approximate, and wrong
 * for few units.
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
 * Returns the variance of single values, at least the pooled one of both sides: a side without a rare large
 * value so far would seem sure of its mean.
 */
function spreadOf(own: ArmSums, other: ArmSums): number {
  const [first, second] = [varianceOf(own, 1), varianceOf(other, 1)];
  return Math.max(first, (own.n * first + other.n * second) / (own.n + other.n));
}
