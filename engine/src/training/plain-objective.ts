import type { FusedBatch } from '../fused/training.ts';
import type { Serving } from '../inference/serving.ts';

/** A device's examples as rows of numbers; a row may hold several short examples, or a part of a long one. */
export interface PlainRows {
  /** Rows; 0 where the examples hold nothing to learn. */
  readonly size: number;
  /** Positions of the longest row, where rows are sequences: tells how much memory training takes before it begins. */
  readonly steps?: number;
  batch(rows: Uint32Array): FusedBatch;
}

/** What is learned, without TensorFlow.js: how examples become numbers. The loss is softmax cross-entropy, as `softmaxLoss`. */
export interface PlainObjective<Example> {
  encode(examples: readonly Example[]): PlainRows;
  /** How the model is put to use. */
  readonly serving?: Serving<Example>;
}
