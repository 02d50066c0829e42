import type { ArmWindow } from './arm-window.ts';
import type { CountingPlan } from './drift/counting-plan.ts';
import type { SeenFeatures } from './drift/feature-tally.ts';
import type { Outcome } from './outcome.ts';
import type { RememberedPrediction } from './prediction.ts';

/** Predictions of one replica in a short time. Plain data. */
export interface WindowSums {
  /** Id of the counting process; it changes with each start. */
  readonly replica: string;
  /** Number from 1, increasing by one with each window of a replica. */
  readonly number: number;
  /** Predicted rows by version. */
  readonly requests: readonly { readonly model: string; readonly version: string; readonly count: number }[];
  /** Predictions that may get outcomes. */
  readonly predictions: readonly RememberedPrediction[];
  /** Features seen, by version. */
  readonly features?: readonly SeenFeatures[] | undefined;
  /** Events of the arms of experiments. */
  readonly arms?: readonly ArmWindow[] | undefined;
}

/** Treatment of a version's features: counted by a plan, kept as values while there is none, or ignored. */
export type Counting = CountingPlan | 'values' | 'nothing';

/**
 * `joined`: counted now; `repeated`: counted before; `queued`: to be retried, since the coordinator is away.
 */
export type FeedbackResult = 'joined' | 'repeated' | 'queued';

/** Monitor of models' accuracy, in this process or at a remote coordinator. */
export interface Monitor {
  /** Adds a window; a repeated one counts once. */
  window(sums: WindowSums): void;
  /** Returns how the features of a version are to be collected from now on. */
  counting(model: string, version: string): Counting;
  /**
   * Joins an outcome to its prediction. Throws `request.not-found`, `feedback.conflict`, `inference.input`,
   * and connection errors.
   */
  feedback(outcome: Outcome): Promise<FeedbackResult>;
  /** Sends what waits, as far as possible within some seconds. */
  close(): Promise<void>;
}

/** Events of a monitor. */
export interface MonitorEvents {
  readonly feedback?: (result: FeedbackResult | 'unknown' | 'conflict' | 'invalid') => void;
  /** Called for a joined outcome, for the request log. */
  readonly joined?: (prediction: RememberedPrediction, outcome: Outcome) => void;
  /** Called with a replica's events of the arms of experiments. */
  readonly arms?: (arms: readonly ArmWindow[]) => void;
  /** Called with the number of windows or outcomes that were given up unsent. */
  readonly lost?: (count: number) => void;
  readonly fault?: (where: string, error: unknown) => void;
}
