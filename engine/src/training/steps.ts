import type { Batch } from '../objective/objective.ts';

/** A training under way, one batch at a time. */
export interface Steps<Of = Batch> {
  /**
   * One step of gradient descent, in parts, between which others of the thread may have their turn; the loss of the batch before it.
   * Tensors that `batch` makes are disposed.
   */
  take(batch: () => Of): Iterator<undefined, number>;
  /** Copies the weights into `vector`, in the order of the model's layout. */
  read(vector: Float32Array): Float32Array;
  dispose(): void;
}
