import { incompleteBeta, logBeta } from '../distributions/gamma.ts';
import { tuned } from './always-valid.ts';

/** How near to the share itself an end is found. */
const precision = 1e-8;

interface LookOptions {
  /** Each end misses the share with half of this chance at most. */
  readonly alpha?: number;
  /** Outcomes of which the interval is tightest. */
  readonly tuning?: number;
}

/**
 * Between which a share lies at every look, however often one looks, but for the chance `alpha`: all shares that no bet against them has made
 * 2 / alpha times its stake (Robbins 1970; Waudby-Smith and Ramdas 2020), by `value`, the mean of `n` outcomes. It holds for rare shares, and
 * for any outcomes from 0 to 1. From 0 to 1; of fewer than one outcome all of that.
 */
export function shareAtAnyLook(
  value: number,
  n: number,
  options: LookOptions = {},
): readonly [number, number] {
  return [leastAtAnyLook(value, n, options), 1 - leastAtAnyLook(1 - value, n, options)];
}

/** The lower end of it. */
export function leastAtAnyLook(
  value: number,
  n: number,
  { alpha = 0.05, tuning = 1_000 }: LookOptions = {},
): number {
  if (!(n >= 1)) return 0;
  // Bets are spread around a share as widely as outcomes are that far from it when the interval is tightest.
  const firmness = Math.max(1, tuned(alpha, tuning) ** -2 - 1);
  return leastShare(value * n, n, firmness, Math.log(2 / alpha));
}

/** The least share against which bets on more have not won enough yet: by secants (Illinois), and by halves where one ends outside. */
function leastShare(sum: number, n: number, firmness: number, enough: number): number {
  let [low, high] = [0, sum / n];
  let [atLow, atHigh] = [Number.NaN, Number.NaN];
  let wasLow: boolean | undefined;
  for (let step = 0; high - low > precision; step++) {
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

/** log of what a stake of 1 has become by bets that the share is above this one: its mean over a beta distribution, of which all that is below it is cut off. */
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
