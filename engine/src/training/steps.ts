import type { Batch } from '../objective/objective.ts';

/** A training under way, one batch at a time. */
export interface Steps {
  /** One step of gradient descent; the loss of the batch before it, in nats. The tensors that `batch` makes are disposed. */
  take(batch: () => Batch): number;
  /** Copies the weights into `vector`, in the order of the model's layout. */
  read(vector: Float32Array): Float32Array;
  dispose(): void;
}
