/** What the mixture is made of, as far as it is known. */
export interface Mixture {
  /** Share that is personal, 0 to 1. */
  readonly lambda: number;
  /** Share of the n-grams that devices have in common, 0 to 1. */
  readonly common: number;
  /** Held-out words on which it was chosen. */
  readonly questions: number;
}
