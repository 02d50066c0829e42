import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Evaluation, Measured } from './evaluation.ts';
import type { Metrics } from './metrics.ts';

/**
 * Measures a candidate version before it is published. A failure fails the round, and the model stays as it
 * was.
 */
export interface Evaluator {
  /** Metrics that it returns, which a gate may name; without it, a gate can name none. */
  readonly measures?: Readonly<Record<string, Measured>> | undefined;
  /** Parts of the examples that it also measures, which a gate may name. */
  readonly slices?: readonly string[] | undefined;
  /**
   * Returns the identity of its current examples: a different text once they have changed, so that a gate
   * never compares versions on different examples. Left out if they never change.
   */
  readonly revision?: (() => string) | undefined;
  /**
   * Evaluates a model. `signal` is aborted when the answer is no longer waited for: all work on it must stop.
   */
  evaluate(model: ModelFiles, signal: AbortSignal): Promise<Metrics | Evaluation>;
  /** Frees its resources, such as a worker thread; more than one call is harmless. */
  close(): Promise<void>;
}
