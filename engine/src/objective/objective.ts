import type { Serving } from '../inference/serving.ts';
import type * as tf from '../tfjs/tf.ts';

/** One batch. The caller of `batch` owns the tensors. */
export interface Batch {
  readonly inputs: tf.Tensor;
  readonly labels: tf.Tensor;
  /** Weight of each label in the loss; 0 for padding. */
  readonly weights: tf.Tensor;
}

/** Device's examples as rows; a row may hold several short examples, or a part of a long one. */
export interface Batchable {
  /** Number of rows; 0 if the examples hold nothing to learn. */
  readonly size: number;
  /**
   * Positions of the longest row, if rows are sequences; the memory of training is computed from it
   * beforehand.
   */
  readonly steps?: number;
  batch(rows: Uint32Array): Batch;
}

/** Learning task: the conversion of examples to tensors, and the loss. */
export interface Objective<Example> {
  encode(examples: readonly Example[]): Batchable;
  /** Mean loss of a batch. If it is `softmaxLoss`, it is in nats, and the fused kernels are used. */
  loss(model: tf.LayersModel, batch: Batch): tf.Scalar;
  /** Use of the model, for workers that serve predictions. */
  readonly serving?: Serving<Example>;
}

/** Objective with a `serving`, also for the option `hybrid.serving` of a task. */
export interface ServedObjective<Example> extends Objective<Example> {
  readonly serving: Serving<Example>;
}
