/** Hears the scores at a position: those of the tokens stand in `scores` from `offset` on, and are valid during the call alone. */
export type Visit = (position: number, scores: Float32Array, offset: number) => void;

/** A model in use on many inputs at once. */
export interface Scorer {
  /**
   * Scores the tokens that may follow `positions`, each counted as row · steps + step, of tokens `[batch, steps]`. A model that
   * hands out its last position alone is asked for positions of the last step. Of a model over rows of values, images for instance,
   * which follow one another in `inputs`, the positions are the rows, and `steps` is 1. Throws `RangeError` for a token that the
   * model does not know.
   */
  score(
    inputs: ArrayLike<number>,
    extent: { readonly batch: number; readonly steps: number },
    positions: readonly number[],
    visit: Visit,
  ): void;
  /** Ends its threads; it is not to be used any more. */
  close(): Promise<void>;
}
