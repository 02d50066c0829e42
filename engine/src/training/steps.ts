import type { Batch } from '../objective/objective.ts';

/** Running training, one batch at a time. */
export interface Steps<Of = Batch> {
  /**
   * Runs one step of gradient descent, in parts between which other tasks of the thread have their turn;
   * returns the loss of the batch before the step. Disposes tensors that `batch` makes.
   */
  take(batch: () => Of): Iterator<undefined, number>;
  /** Copies the weights into `vector`, in the order of the model's layout. */
  read(vector: Float32Array): Float32Array;
  dispose(): void;
}
