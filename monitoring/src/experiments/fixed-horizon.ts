import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { normalAbove, normalQuantile } from '../distributions/normal.ts';
import { studentBeyond, studentCritical } from '../distributions/student.ts';
import { type ArmSums, meanOf, varianceOf } from './arm-sums.ts';

/** A test of a difference at an end that was fixed beforehand: looked at earlier, it finds what is not there. */
export interface FixedTest {
  /** The difference of means, second − first. */
  readonly effect: number;
  /** In standard errors. */
  readonly statistic: number;
  /** Two-sided. */
  readonly p: number;
  /** Between which the true difference is, at the confidence asked for. */
  readonly interval: readonly [number, number];
}

/** The z-test of two shares of successes, pooled for the p-value, each with its own variance for the interval. Sums are of values 0 and 1. */
export function zTest(first: ArmSums, second: ArmSums, alpha = 0.05): FixedTest {
  const effect = meanOf(second) - meanOf(first);
  const pooled = (first.sum + second.sum) / (first.n + second.n);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / first.n + 1 / second.n));
  const statistic = deviation > 0 ? effect / deviation : 0;
  const half = normalQuantile(1 - alpha / 2) * standardError(first, second, 0);
  return {
    effect,
    statistic,
    p: 2 * normalAbove(Math.abs(statistic)),
    interval: [effect - half, effect + half],
  };
}

/** Welch's t-test of two means whose variances may differ. Two units in each arm at least. */
export function welchTest(
  first: ArmSums,
  second: ArmSums,
  alpha = 0.05,
): FixedTest & { readonly freedom: number } {
  const effect = meanOf(second) - meanOf(first);
  const error = standardError(first, second, 1);
  const part = (arm: ArmSums) => (varianceOf(arm, 1) / arm.n) ** 2 / (arm.n - 1);
  if (error === 0)
    return { effect, statistic: 0, p: 1, interval: [effect, effect], freedom: first.n + second.n - 2 };
  const freedom = error ** 4 / (part(first) + part(second));
  const statistic = effect / error;
  const half = studentCritical(alpha, freedom) * error;
  return {
    effect,
    statistic,
    freedom,
    p: studentBeyond(statistic, freedom),
    interval: [effect - half, effect + half],
  };
}

function standardError(first: ArmSums, second: ArmSums, freedom: 0 | 1): number {
  return Math.sqrt(varianceOf(first, freedom) / first.n + varianceOf(second, freedom) / second.n);
}

/** Cohen's h of two shares of successes: how far apart they are, on a scale on which all vary alike. */
export function effectOfShares(first: number, second: number): number {
  return 2 * (Math.asin(Math.sqrt(second)) - Math.asin(Math.sqrt(first)));
}

/** The chance that a two-sided z-test with `n` units in each arm finds an effect, in standard deviations of a value. */
export function power(effect: number, n: number, alpha = 0.05): number {
  const critical = normalQuantile(1 - alpha / 2);
  const shift = Math.abs(effect) * Math.sqrt(n / 2);
  return normalAbove(critical - shift) + normalAbove(critical + shift);
}

/** Units that each arm needs, such that a two-sided z-test finds an effect with this chance; not rounded. Throws `config.invalid` for no effect. */
export function unitsFor(effect: number, { alpha = 0.05, power: wanted = 0.8 } = {}): number {
  if (!(Math.abs(effect) > 0 && alpha > 0 && alpha < wanted && wanted < 1))
    throw new MurmurationError(
      'config.invalid',
      'The effect is not 0, and the power is between alpha and 1.',
    );
  let low = 0;
  let high = 1;
  while (power(effect, high, alpha) < wanted) high *= 2;
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (power(effect, middle, alpha) < wanted) low = middle;
    else high = middle;
  }
  return high;
}
