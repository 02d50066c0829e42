import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Evaluation, Measured } from './evaluation.ts';
import type { Metrics } from './metrics.ts';

/** Measures a candidate version before it is published. A failure fails the round, and the model stays as it was. */
export interface Evaluator {
  /** The metrics that it gives, which a gate may name; without it, none can be named. */
  readonly measures?: Readonly<Record<string, Measured>> | undefined;
  /** The parts of the examples that it measures besides, which a gate may name. */
  readonly slices?: readonly string[] | undefined;
  /**
   * Which examples it measures on now: another text once they have changed, so that a gate compares no two versions on different ones.
   * Without it they never change.
   */
  readonly revision?: (() => string) | undefined;
  /** `signal` is aborted when the answer is no longer waited for: whatever works on it stops. */
  evaluate(model: ModelFiles, signal: AbortSignal): Promise<Metrics | Evaluation>;
  /** Frees what it holds, such as a worker thread; more than once is harmless. */
  close(): Promise<void>;
}
