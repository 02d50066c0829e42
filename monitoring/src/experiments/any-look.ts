import { incompleteBeta, logBeta } from '../distributions/gamma.ts';
import { tuned } from './always-valid.ts';

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
  { alpha = 0.05, tuning = 1_000 }: LookOptions = {},
): readonly [number, number] {
  if (!(n >= 1)) return [0, 1];
  // Bets are spread around a share as widely as outcomes are that far from it when the interval is tightest.
  const firmness = Math.max(1, tuned(alpha, tuning) ** -2 - 1);
  const enough = Math.log(2 / alpha);
  const least = (sum: number) => leastShare(sum, n, firmness, enough);
  return [least(value * n), 1 - least((1 - value) * n)];
}

/** The least share against which bets on more have not won enough yet. */
function leastShare(sum: number, n: number, firmness: number, enough: number): number {
  let [low, high] = [0, sum / n];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (wonAgainst(middle, sum, n, firmness) >= enough) low = middle;
    else high = middle;
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
