/**
 * A model version in use, on inputs as `Serving.input` makes them: it says the logits of all classes or, where `firstClass` is given,
 * probabilities of the classes from that one on, 0 below.
 */
export interface Classifier {
  /** What it says after the whole input. Throws `RangeError` for tokens that the model does not know, or another number of features. */
  after(input: readonly number[], firstClass?: number): Float32Array;
  /** `hear` is given what it says at each of the positions, which rise. */
  at(
    input: readonly number[],
    positions: readonly number[],
    hear: (index: number, values: Float32Array) => void,
    firstClass?: number,
  ): void;
  /** Keeps nothing of the inputs so far; without it, one that begins as one of the last did takes the tokens behind that alone. */
  forget(): void;
  dispose(): void;
}
