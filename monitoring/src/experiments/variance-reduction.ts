import { type ArmSums, varianceOf } from './arm-sums.ts';

/** Sums of an arm with a covariate: what is known of each unit from before the experiment. */
export interface CovariateSums extends ArmSums {
  readonly covariate: number;
  readonly covariateSquares: number;
  /** Of products of value and covariate. */
  readonly products: number;
}

/** Sums over the units of an arm whose covariate is known, which may be fewer than all. */
export interface KnownCovariates {
  readonly n: number;
  /** Of the covariates less an anchor: any number that is the same for all arms and near to them, so that squares lose no digits. */
  readonly covariate: number;
  readonly covariateSquares: number;
  /** Of their values. */
  readonly sum: number;
  /** Of products of value and covariate less the anchor. */
  readonly products: number;
}

/**
 * CUPED (Deng et al. 2013): takes out of each arm what the covariate explains, by one factor for all arms, so that differences show with fewer
 * units. Means stay comparable between arms; the mean over all arms stays what it was. Arms keep their order.
 *
 * The factor is the slope of the value on the covariate within arms, over all units so far: as good as known beforehand for the confidence
 * sequence of `alwaysValid`. No arm can have had an effect on the covariate, so its means differ between arms by chance alone, D, which goes to
 * 0 as √(log log n / n). With a factor that is off from its limit by e, the difference is off by e · D. That is small beside the width of the
 * sequence, which goes as √(log n / n), wherever e goes to 0 at all; so the sequence holds asymptotically, at any look, as it does for plain
 * means, whose variance is estimated too (Waudby-Smith et al. 2021). It holds as well where arms have different slopes, since each arm's
 * variance is that of its own adjusted values; then only less is taken out. With few units the factor fits chance: take it from 50 an arm on.
 */
export function reduced(arms: readonly CovariateSums[]): ArmSums[] {
  const n = arms.reduce((sum, arm) => sum + arm.n, 0);
  const within = (pick: (arm: CovariateSums) => number) => arms.reduce((sum, arm) => sum + pick(arm), 0);
  // Within arms, since an effect between them is none of the covariate.
  const shared = within(arm => (arm.n > 0 ? arm.products - (arm.sum * arm.covariate) / arm.n : 0));
  const spread = within(arm => (arm.n > 0 ? arm.covariateSquares - arm.covariate ** 2 / arm.n : 0));
  const factor = spread > 0 ? shared / spread : 0;
  const centre = n > 0 ? within(arm => arm.covariate) / n : 0;
  return arms.map(arm => {
    // Of value − factor · (covariate − centre).
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
 * The sums of all units of each arm, those without a covariate with the mean of the covariates that are known, which says nothing of them.
 * Covariates are less that mean. Whether one is known must not depend on the arm either.
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

/** The share of the variance within arms that is gone, from 0 to 1; 0 where there was none. */
export function removedShare(before: readonly ArmSums[], after: readonly ArmSums[]): number {
  const within = (arms: readonly ArmSums[]) => arms.reduce((sum, arm) => sum + arm.n * varianceOf(arm, 0), 0);
  const all = within(before);
  return all > 0 ? Math.max(0, 1 - within(after) / all) : 0;
}
