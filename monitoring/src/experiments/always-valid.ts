import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type ArmSums, added, meanOf, varianceOf } from './arm-sums.ts';
import type { Comparison, SequentialTest } from './sequential-test.ts';

export interface AlwaysValidOptions {
  /** Probability that any interval, at any look, misses the true difference. */
  readonly alpha?: number;
  /**
   * Units of both arms, half in each, at which intervals are tightest: about as many as are planned. Arms
   * with shares a and b have the information of 4ab / (a + b) of all units.
   */
  readonly tuning?: number;
}

export interface AlwaysValidState {
  readonly arms: Readonly<Record<string, ArmSums>>;
}

/**
 * Makes a test with confidence sequences and always-valid p-values for differences of means (Waudby-Smith et
 * al. 2021, equation 155), in the parametrisation of GrowthBook. Arms may be of any sizes, and their shares
 * may change: units count as equal arms with the same information.
 */
export function alwaysValid(options: AlwaysValidOptions = {}): SequentialTest<AlwaysValidState> {
  const { alpha = 0.05, tuning = 5_000 } = options;
  if (!(alpha > 0 && alpha < 1))
    throw new MurmurationError('config.invalid', `alpha is between 0 and 1, not ${alpha}.`);
  if (!(tuning > 0)) throw new MurmurationError('config.invalid', `tuning is above 0, not ${tuning}.`);
  const rho = tuned(alpha, tuning);
  return {
    init: () => ({ arms: {} }),
    add: ({ arms }, arm, sums) => {
      const before = Object.hasOwn(arms, arm) ? arms[arm] : undefined;
      return { arms: { ...arms, [arm]: before ? added(before, sums) : sums } };
    },
    verdict({ arms }) {
      const [[control, base] = ['', undefined], ...others] = Object.entries(arms);
      return {
        control,
        comparisons: base ? others.map(([arm, sums]) => compare(arm, base, sums, rho, alpha)) : [],
      };
    },
  };
}

/** Returns ρ such that intervals are tightest at `tuning` units. */
export function tuned(alpha: number, tuning: number): number {
  const strict = -2 * Math.log(alpha);
  return Math.sqrt((strict + Math.log(strict + 1)) / tuning);
}

/** Returns half the width of the interval after `n` units whose values have this variance. */
export function halfWidth(n: number, variance: number, rho: number, alpha: number): number {
  const scaled = n * rho ** 2;
  const bound = ((2 * (scaled + 1)) / (n * scaled)) * Math.log(Math.sqrt(scaled + 1) / alpha);
  return Math.sqrt(variance * bound);
}

/**
 * Returns the p-value of an effect after `n` units whose values have this variance: 1 / the evidence against
 * no effect, at most 1.
 */
function chanceOf(effect: number, n: number, variance: number, rho: number): number {
  const scaled = n * rho ** 2;
  const evidence = (scaled * n * effect ** 2) / variance / (2 * (scaled + 1));
  return Math.min(1, Math.sqrt(scaled + 1) * Math.exp(-evidence));
}

function compare(arm: string, base: ArmSums, sums: ArmSums, rho: number, alpha: number): Comparison {
  const n = unitsOf(base, sums);
  const effect = meanOf(sums) - meanOf(base);
  // Variance of values whose mean over all units would vary like the difference.
  const variance = n * spreadOf(base, sums);
  if (!(variance > 0)) return { arm, effect, interval: [-Infinity, Infinity], p: 1, isDecided: false };
  const half = halfWidth(n, variance, rho, alpha);
  const p = chanceOf(effect, n, variance, rho);
  return { arm, effect, interval: [effect - half, effect + half], p, isDecided: Math.abs(effect) > half };
}

/** Returns the units of two equal arms with the same information; it only grows, even if shares change. */
function unitsOf(base: ArmSums, sums: ArmSums): number {
  return (4 * base.n * sums.n) / (base.n + sums.n);
}

/**
 * Returns the variance of the difference of two means: by each arm's own values, and at least as if both
 * arms had the same variance. A small arm without a rare value so far would otherwise seem sure of its mean.
 * For arms of equal size, both are the same.
 */
function spreadOf(base: ArmSums, sums: ArmSums): number {
  const [first, second] = [varianceOf(base, 0), varianceOf(sums, 0)];
  const both = (base.n * first + sums.n * second) / (base.n + sums.n);
  return Math.max(first / base.n + second / sums.n, both / base.n + both / sums.n);
}
