import type { ModelFiles } from '@murmuration/protocol/weights/model-files';

/**
 * Model in use. Its values are the outputs where `Serving.says` is `numbers`; otherwise probabilities of
 * `Serving.classes` with the sum 1, 0 below `Serving.firstClass`.
 */
export interface OpenModel {
  /** Returns the values for an app's input. Throws `hybrid.input` for invalid input. */
  predict(input: unknown): Promise<Float32Array>;
  /** Returns the values at each question of an example (`Serving.questions`): questions × classes values. */
  answer(example: unknown): Promise<Float32Array>;
  /** Frees memory; a running prediction may finish. */
  close(): Promise<void>;
}

/**
 * Runs models on this device: in the app's thread, or in another one, which training never delays. Its
 * `Serving` converts inputs to tokens.
 */
export interface Inference {
  /**
   * Opens a model; several may be open. Weights are neither changed nor transferred. Throws
   * `model.unusable` if it can't be loaded.
   */
  open(model: ModelFiles): Promise<OpenModel>;
  /** Closes all models and frees memory. */
  close(): Promise<void>;
}
