import type { Serving } from '../inference/serving.ts';
import type * as tf from '../tfjs/tf.ts';

/** One batch. The tensors belong to whoever asked for it. */
export interface Batch {
  readonly inputs: tf.Tensor;
  readonly labels: tf.Tensor;
  /** What each label counts in the loss; 0 for padding. */
  readonly weights: tf.Tensor;
}

/** A device's examples as rows; a row may hold several short examples, or a part of a long one. */
export interface Batchable {
  /** Rows; 0 where the examples hold nothing to learn. */
  readonly size: number;
  /** Positions of the longest row, where rows are sequences: tells how much memory training takes before it begins. */
  readonly steps?: number;
  batch(rows: Uint32Array): Batch;
}

/** What is learned: how examples become tensors, and what is made small. */
export interface Objective<Example> {
  encode(examples: readonly Example[]): Batchable;
  /** Mean loss of a batch. Where it is `softmaxLoss` it is in nats, and the fused kernels take over. */
  loss(model: tf.LayersModel, batch: Batch): tf.Scalar;
  /** How the model is put to use, for workers that serve predictions. */
  readonly serving?: Serving<Example>;
}

/** An objective that says how its model is put to use, for the option `hybrid.serving` of a task as well. */
export interface ServedObjective<Example> extends Objective<Example> {
  readonly serving: Serving<Example>;
}
