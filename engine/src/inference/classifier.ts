/**
 * Model version in use, on inputs as `Serving.input` makes them. It returns the logits of all classes or, if
 * `firstClass` is given, probabilities of the classes from that one on, 0 below.
 */
export interface Classifier {
  /**
   * Returns the values after the whole input. Throws `RangeError` for tokens that the model does not know, or
   * another number of features.
   */
  after(input: readonly number[], firstClass?: number): Float32Array;
  /** Calls `hear` with the values at each of the positions, which must rise. */
  at(
    input: readonly number[],
    positions: readonly number[],
    hear: (index: number, values: Float32Array) => void,
    firstClass?: number,
  ): void;
  /**
   * Forgets the states of earlier inputs; until then, an input that begins like a recent one reads only the
   * new tokens.
   */
  forget(): void;
  dispose(): void;
}
