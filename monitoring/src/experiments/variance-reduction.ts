import type { ArmSums } from './arm-sums.ts';

/** Sums of an arm with a covariate: what is known of each unit from before the experiment. */
export interface CovariateSums extends ArmSums {
  readonly covariate: number;
  readonly covariateSquares: number;
  /** Of products of value and covariate. */
  readonly products: number;
}

/**
 * CUPED (Deng et al. 2013): takes out of each arm what the covariate explains, by one factor for all arms, so that differences show with fewer
 * units. Means stay comparable between arms; the mean over all arms stays what it was. Arms keep their order.
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
