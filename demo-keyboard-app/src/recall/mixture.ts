/** Known parts of the mixture. */
export interface MixtureShares {
  /** Share of the personal model, 0 to 1. */
  readonly lambda: number;
  /** Share of the n-grams that devices have in common, 0 to 1. */
  readonly common: number;
  /** Held-out words on which the shares were chosen. */
  readonly questions: number;
}
