import type { Tensor, TensorSpec } from '@murmuration/inference-client/tensors/tensor';

/** Inputs of a model, made by a transformer from a client's tensors. */
export interface Transformed {
  readonly inputs: readonly Tensor[];
  /**
   * Number of valid steps in each row, if rows are sequences: the model then answers only the last one of
   * each.
   */
  readonly lengths?: readonly number[];
}

/**
 * Converts a client's tensors to a model's inputs, and a model's outputs to the client's tensors, like
 * KServe's transformers. Needs no Node.
 */
export interface Transformer {
  /** Tensors that clients send, and get; −1 is a variable length. */
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /**
   * Converts inputs; `asked` fits `inputs`. Throws `RangeError` for values that the model can't interpret.
   */
  input(asked: readonly Tensor[]): Transformed;
  /**
   * Converts outputs; `answered` is the model's answer to `input(asked)`. The result fits `outputs`, in their
   * order.
   */
  output(answered: readonly Tensor[], asked: readonly Tensor[]): readonly Tensor[];
}
