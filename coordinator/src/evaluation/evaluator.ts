import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Metrics } from './metrics.ts';

/** Measures a candidate version before it is published. A failure fails the round, and the model stays as it was. */
export interface Evaluator {
  /** `signal` is aborted when the answer is no longer waited for: whatever works on it stops. */
  evaluate(model: ModelFiles, signal: AbortSignal): Promise<Metrics>;
  /** Frees what it holds, such as a worker thread. */
  close(): Promise<void>;
}
