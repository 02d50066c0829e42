import type { Tensor, TensorSpec } from '@murmuration/inference-client/tensors/tensor';

/** What a model is asked with, once a transformer has turned what a client sends into its tensors. */
export interface Transformed {
  readonly inputs: readonly Tensor[];
  /** Steps that count of each row, where rows are sequences: the model then answers the last one of each alone. */
  readonly lengths?: readonly number[];
}

/** Turns what an app asks into tensors, and what a model answers into what the app wants; KServe has the word from there. Needs no Node. */
export interface Transformer {
  /** What clients send, and get; −1 stands for a length that varies. */
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** `asked` fits `inputs`. Throws `RangeError` for values that mean nothing to the model. */
  input(asked: readonly Tensor[]): Transformed;
  /** `answered` is what the model gave to `input(asked)`; the result fits `outputs`, in their order. */
  output(answered: readonly Tensor[], asked: readonly Tensor[]): readonly Tensor[];
}
