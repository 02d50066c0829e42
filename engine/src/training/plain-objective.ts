import type { FusedBatch } from '../fused/training.ts';
import type { Serving } from '../inference/serving.ts';

/** Device's examples as rows of numbers; a row may hold several short examples, or a part of a long one. */
export interface PlainRows {
  /** Number of rows; 0 if the examples hold nothing to learn. */
  readonly size: number;
  /**
   * Positions of the longest row, if rows are sequences; the memory of training is computed from it
   * beforehand.
   */
  readonly steps?: number;
  batch(rows: Uint32Array): FusedBatch;
}

/**
 * Objective without TensorFlow.js: converts examples to numbers. The loss is softmax cross-entropy, as in
 * `softmaxLoss`.
 */
export interface PlainObjective<Example> {
  encode(examples: readonly Example[]): PlainRows;
  /** Use of the model, for predictions. */
  readonly serving?: Serving<Example>;
}
