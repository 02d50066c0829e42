/**
 * Receives the scores at a position: those of the tokens begin at `offset` in `scores`, and are valid only
 * during the call.
 */
export type Visit = (position: number, scores: Float32Array, offset: number) => void;

/** Model in use on many inputs at once. */
export interface Scorer {
  /**
   * Scores the tokens that may follow `positions`, each counted as row · steps + step, of tokens `[batch,
   * steps]`. A model that returns only its last position takes only positions of the last step. For a model
   * over rows of values, such as images one after another in `inputs`, the positions are the rows, and
   * `steps` is 1. Throws `RangeError` for a token that the model does not know.
   */
  score(
    inputs: ArrayLike<number>,
    extent: { readonly batch: number; readonly steps: number },
    positions: readonly number[],
    visit: Visit,
  ): void;
  /** Ends its threads; no other call may follow. */
  close(): Promise<void>;
}
