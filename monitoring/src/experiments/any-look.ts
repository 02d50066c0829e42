import { incompleteBeta, logBeta } from '../distributions/gamma.ts';
import { tuned } from './always-valid.ts';

/** Precision of an end. */
const endPrecision = 1e-8;

interface LookOptions {
  /** Each end misses the share with at most half of this probability. */
  readonly alpha?: number;
  /** Number of outcomes at which the interval is tightest. */
  readonly tuning?: number;
}

/**
 * Returns an interval of a share that holds at every look with probability 1 − `alpha`, for any number of
 * looks. It has all shares against which no bet has made 2 / alpha times its stake (Robbins 1970;
 * Waudby-Smith and Ramdas 2020); `value` is the mean of `n` outcomes. It holds for rare shares, and for any
 * outcomes from 0 to 1. It lies within 0 and 1, and is all of that for less than one outcome.
 */
export function shareAtAnyLook(
  value: number,
  n: number,
  options: LookOptions = {},
): readonly [number, number] {
  return [leastAtAnyLook(value, n, options), 1 - leastAtAnyLook(1 - value, n, options)];
}

/** Returns the lower end of `shareAtAnyLook`. */
export function leastAtAnyLook(
  value: number,
  n: number,
  { alpha = 0.05, tuning = 1_000 }: LookOptions = {},
): number {
  if (!(n >= 1)) return 0;
  // Bets are spread around a share like outcomes at the size at which the interval is tightest.
  const firmness = Math.max(1, tuned(alpha, tuning) ** -2 - 1);
  return leastShare(value * n, n, firmness, Math.log(2 / alpha));
}

/**
 * Returns the least share against which bets on larger shares have not won enough, by secants (Illinois), or
 * by bisection if a secant ends outside.
 */
function leastShare(sum: number, n: number, firmness: number, enough: number): number {
  let [low, high] = [0, sum / n];
  let [atLow, atHigh] = [Number.NaN, Number.NaN];
  let wasLow: boolean | undefined;
  for (let step = 0; high - low > endPrecision; step++) {
    const secant = low + ((high - low) * atLow) / (atLow - atHigh);
    const share = step % 4 < 3 && secant > low && secant < high ? secant : (low + high) / 2;
    const beyond = wonAgainst(share, sum, n, firmness) - enough;
    const isLow = beyond >= 0;
    if (isLow) {
      if (wasLow === true) atHigh /= 2;
      [low, atLow] = [share, beyond];
    } else {
      if (wasLow === false) atLow /= 2;
      [high, atHigh] = [share, beyond];
    }
    wasLow = isLow;
  }
  return low;
}

/**
 * Returns the log of a stake of 1 after bets that the share is above this one: the mean over a beta
 * distribution truncated below it.
 */
function wonAgainst(share: number, sum: number, n: number, firmness: number): number {
  const [a, b] = [share * firmness, (1 - share) * firmness];
  const [after, afterOther] = [a + sum, b + n - sum];
  const above = (first: number, second: number) => Math.log(incompleteBeta(second, first, 1 - share));
  return (
    logBeta(after, afterOther) -
    logBeta(a, b) +
    above(after, afterOther) -
    above(a, b) -
    sum * Math.log(share) -
    (n - sum) * Math.log1p(-share)
  );
}
