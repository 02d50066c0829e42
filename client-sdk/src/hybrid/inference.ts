import type { ModelFiles } from '@murmuration/protocol/weights/model-files';

/** A model in use. Where `Serving.says` is `numbers`, what its outputs say; else probabilities: those of `Serving.classes`, 0 below `Serving.firstClass`, with the sum 1. */
export interface OpenModel {
  /** What it says to what the app asks. Throws `hybrid.input` for what the task does not take. */
  predict(input: unknown): Promise<Float32Array>;
  /** The same at each question of an example (`Serving.questions`), one after the other: questions × classes values. */
  answer(example: unknown): Promise<Float32Array>;
  /** Frees what it holds; a prediction that is under way may end. */
  close(): Promise<void>;
}

/**
 * Puts models to use on this device: in the app's thread, or in a thread of its own, which training never delays. How an input
 * becomes tokens is the `Serving` that it was made with.
 */
export interface Inference {
  /** Several may be open at once. The weights are neither changed nor transferred. Throws `model.unusable` where the device can't load it. */
  open(model: ModelFiles): Promise<OpenModel>;
  /** Frees all that it holds. */
  close(): Promise<void>;
}
