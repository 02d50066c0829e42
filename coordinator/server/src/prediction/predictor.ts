import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';

/** Predicts for devices that can't run the model of a task themselves. Keeps nothing of what it is asked. */
export interface Predictor {
  /**
   * Logits of the model's classes after `input`: tokens of a sequence, or the features of one row. `files` is called where the model
   * is not loaded yet. `signal` is aborted when the answer is no longer waited for: whatever works on it stops. Throws `hybrid.input`
   * for what the model does not take, `model.unusable`, and what `files` throws.
   */
  predict(
    model: ModelHash,
    files: () => Promise<ModelFiles>,
    input: readonly number[],
    signal: AbortSignal,
  ): Promise<Float32Array>;
  /** Frees what it holds, such as a worker thread. */
  close(): Promise<void>;
}
