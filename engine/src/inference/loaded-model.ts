import type { Tensor, TensorSpec } from '@murmuration/protocol/tensors/tensor';

/** Model in memory that answers tensors with tensors. */
export interface LoadedModel {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Bytes of memory that it takes. */
  readonly bytes: number;
  /** Engine it runs on, and the reason, in a few words. */
  readonly engine: string;
  /** True if a batch may mix rows of different lengths: see `RunOptions`. */
  readonly takesLengths: boolean;
  /**
   * Answers inputs that fit `inputs` with tensors that fit `outputs`, in their order. Throws
   * `inference.input` for values that the model does not take. One call at a time.
   */
  run(inputs: readonly Tensor[], options?: RunOptions): Promise<readonly Tensor[]>;
  close(): Promise<void>;
}

export interface RunOptions {
  /**
   * Number of steps that count in each row of the one input; the rest is padding. Each output then has only
   * the last such step: `[rows, …]` instead of `[rows, steps, …]`. For models with `takesLengths`.
   */
  readonly lengths?: readonly number[] | undefined;
  /** Leaves out a softmax that ends the one output of a layers model. */
  readonly logits?: boolean | undefined;
}
