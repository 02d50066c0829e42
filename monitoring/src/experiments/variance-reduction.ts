import { type ArmSums, varianceOf } from './arm-sums.ts';

/** Sums of an arm with a covariate: a value of each unit known before the experiment. */
export interface CovariateSums extends ArmSums {
  readonly covariate: number;
  readonly covariateSquares: number;
  /** Sum of the products of value and covariate. */
  readonly products: number;
}

/** Sums over the units of an arm with a known covariate, which may be fewer than all. */
export interface KnownCovariates {
  readonly n: number;
  /**
   * Sum of the covariates minus an anchor: any number near them, the same for all arms, so that squares lose
   * no digits.
   */
  readonly covariate: number;
  readonly covariateSquares: number;
  /** Sum of the units' values. */
  readonly sum: number;
  /** Sum of the products of value and covariate minus the anchor. */
  readonly products: number;
}

/**
 * Applies CUPED (Deng et al. 2013): removes from each arm the part that the covariate explains, by one
 * factor for all arms, so that differences show with fewer units. Means stay comparable between arms; the
 * mean over all arms stays the same. Arms keep their order. The factor is the slope of the value on the
 * covariate within arms, over all units so far; for the confidence sequence of `alwaysValid`, it counts as
 * known beforehand. No arm can have had an effect on the covariate, so its means differ between arms only by
 * chance, D, which goes to 0 as √(log log n / n). With a factor that is off from its limit by e, the
 * difference is off by e · D. That is small beside the width of the sequence, which goes as √(log n / n), if
 * e goes to 0 at all; so the sequence holds asymptotically, at any look, like that of plain means, whose
 * variance is estimated too (Waudby-Smith et al. 2021). It also holds if arms have different slopes, since
 * each arm's variance is that of its own adjusted values; only less is then removed. With few units the
 * factor fits chance: use it from 50 units per arm on.
 */
export function reduced(arms: readonly CovariateSums[]): ArmSums[] {
  const n = arms.reduce((sum, arm) => sum + arm.n, 0);
  const within = (pick: (arm: CovariateSums) => number) => arms.reduce((sum, arm) => sum + pick(arm), 0);
  // Within arms, since an effect between them doesn't come from the covariate.
  const shared = within(arm => (arm.n > 0 ? arm.products - (arm.sum * arm.covariate) / arm.n : 0));
  const spread = within(arm => (arm.n > 0 ? arm.covariateSquares - arm.covariate ** 2 / arm.n : 0));
  const factor = spread > 0 ? shared / spread : 0;
  const centre = n > 0 ? within(arm => arm.covariate) / n : 0;
  return arms.map(arm => {
    // Sums of value − factor · (covariate − centre).
    const away = arm.covariate - arm.n * centre;
    const awaySquares = arm.covariateSquares - 2 * centre * arm.covariate + arm.n * centre ** 2;
    const awayProducts = arm.products - centre * arm.sum;
    return {
      n: arm.n,
      sum: arm.sum - factor * away,
      squares: arm.squares - 2 * factor * awayProducts + factor ** 2 * awaySquares,
    };
  });
}

/**
 * Returns the sums of all units of each arm; units without a covariate get the mean of the known ones, which
 * adds no information. Covariates are relative to that mean. The arm must not affect which covariates are
 * known.
 */
export function withUnknown(
  arms: readonly { readonly all: ArmSums; readonly known: KnownCovariates }[],
): CovariateSums[] {
  const n = arms.reduce((sum, { known }) => sum + known.n, 0);
  const mean = n > 0 ? arms.reduce((sum, { known }) => sum + known.covariate, 0) / n : 0;
  return arms.map(({ all, known }) => ({
    ...all,
    covariate: known.covariate - known.n * mean,
    covariateSquares: known.covariateSquares - 2 * mean * known.covariate + known.n * mean ** 2,
    products: known.products - mean * known.sum,
  }));
}

/** Returns the share of the variance within arms that is removed, from 0 to 1; 0 if there was none. */
export function removedShare(before: readonly ArmSums[], after: readonly ArmSums[]): number {
  const within = (arms: readonly ArmSums[]) => arms.reduce((sum, arm) => sum + arm.n * varianceOf(arm, 0), 0);
  const all = within(before);
  return all > 0 ? Math.max(0, 1 - within(after) / all) : 0;
}
