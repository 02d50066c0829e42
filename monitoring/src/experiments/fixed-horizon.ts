import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { boundOf } from '../distributions/bisection.ts';
import { normalAbove, normalQuantile } from '../distributions/normal.ts';
import { studentBeyond, studentCritical } from '../distributions/student.ts';
import { type ArmSums, meanOf, varianceOf } from './arm-sums.ts';

/** Test of a difference at an end fixed beforehand; earlier looks find differences that don't exist. */
export interface FixedTest {
  /** Difference of means, second − first. */
  readonly effect: number;
  /** Effect in standard errors. */
  readonly statistic: number;
  /** Two-sided p-value. */
  readonly p: number;
  /** Interval of the true difference, at confidence 1 − alpha. */
  readonly interval: readonly [number, number];
}

/**
 * Tests two shares of successes by the z-test, pooled for the p-value, and with each share's own variance
 * for the interval. Sums are of values 0 and 1.
 */
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

/** Tests two means with different variances by Welch's t-test. Needs at least two units in each arm. */
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

/** Returns Cohen's h of two shares of successes: their distance on a scale with equal variance. */
export function effectOfShares(first: number, second: number): number {
  return 2 * (Math.asin(Math.sqrt(second)) - Math.asin(Math.sqrt(first)));
}

/**
 * Returns the probability that a two-sided z-test with `n` units in each arm finds an effect, in standard
 * deviations of a value.
 */
export function power(effect: number, n: number, alpha = 0.05): number {
  const critical = normalQuantile(1 - alpha / 2);
  const shift = Math.abs(effect) * Math.sqrt(n / 2);
  return normalAbove(critical - shift) + normalAbove(critical + shift);
}

/**
 * Returns the units that each arm needs for a two-sided z-test to find an effect with this power, not
 * rounded. Throws `config.invalid` for an effect of 0.
 */
export function unitsFor(effect: number, { alpha = 0.05, power: wanted = 0.8 } = {}): number {
  if (!(Math.abs(effect) > 0 && alpha > 0 && alpha < wanted && wanted < 1))
    throw new MurmurationError(
      'config.invalid',
      'The effect is not 0, and the power is between alpha and 1.',
    );
  return boundOf(n => power(effect, n, alpha) < wanted);
}
