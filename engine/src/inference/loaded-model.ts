import type { Tensor, TensorSpec } from '@murmuration/protocol/tensors/tensor';

/** A model in memory that answers tensors with tensors. */
export interface LoadedModel {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Memory that it takes. */
  readonly bytes: number;
  /** On what it runs, and why, in a few words. */
  readonly engine: string;
  /** Whether rows of different lengths may stand in one batch: see `RunOptions`. */
  readonly takesLengths: boolean;
  /**
   * Answers inputs that fit `inputs`, with tensors that fit `outputs`, in their order. Throws `inference.input` for values that the model
   * does not take. One call at a time.
   */
  run(inputs: readonly Tensor[], options?: RunOptions): Promise<readonly Tensor[]>;
  close(): Promise<void>;
}

export interface RunOptions {
  /**
   * Steps that count of each row of the one input; what follows them is padding. Each output is then that of the last such step alone:
   * `[rows, …]` in place of `[rows, steps, …]`. For models with `takesLengths`.
   */
  readonly lengths?: readonly number[] | undefined;
  /** Leaves out a softmax that ends the one output of a layers model. */
  readonly logits?: boolean | undefined;
}
