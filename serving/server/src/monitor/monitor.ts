import type { ArmWindow } from './arm-window.ts';
import type { CountingPlan } from './drift/counting-plan.ts';
import type { SeenFeatures } from './drift/feature-tally.ts';
import type { Outcome } from './outcome.ts';
import type { Prediction } from './prediction.ts';

/** What one replica predicted in a short time. Plain data. */
export interface WindowSums {
  /** Of the process that counted: another one after each start. */
  readonly replica: string;
  /** From 1 on, one more with each window of a replica. */
  readonly number: number;
  /** Rows that were predicted, by version. */
  readonly requests: readonly { readonly model: string; readonly version: string; readonly count: number }[];
  /** Those whose outcomes may come. */
  readonly predictions: readonly Prediction[];
  /** What was seen of features, by version. */
  readonly features?: readonly SeenFeatures[] | undefined;
  /** What was seen of the arms of experiments. */
  readonly arms?: readonly ArmWindow[] | undefined;
}

/** How the features of a version are looked at: counted by a plan, kept as values while there is none, or not at all. */
export type Counting = CountingPlan | 'values' | 'nothing';

/** `joined`: counted now; `repeated`: it was counted before; `queued`: it will be tried again, since the coordinator is away. */
export type FeedbackResult = 'joined' | 'repeated' | 'queued';

/** Where it is known how good models are: in this process, or at a coordinator elsewhere. */
export interface Monitor {
  /** Takes a window; one that comes twice counts once. */
  window(sums: WindowSums): void;
  /** How the features of a version are to be looked at from now on. */
  counting(model: string, version: string): Counting;
  /** Joins an outcome to its prediction. Throws `request.not-found`, `feedback.conflict`, `inference.input`, and what a connection fails with. */
  feedback(outcome: Outcome): Promise<FeedbackResult>;
  /** Sends what waits, as far as it can within some seconds. */
  close(): Promise<void>;
}

/** What a monitor tells those who count. */
export interface MonitorEvents {
  readonly feedback?: (result: FeedbackResult | 'unknown' | 'conflict' | 'invalid') => void;
  /** An outcome joined: for the request log. */
  readonly joined?: (prediction: Prediction, outcome: Outcome) => void;
  /** What a replica has seen of the arms of experiments. */
  readonly arms?: (arms: readonly ArmWindow[]) => void;
  /** Windows or outcomes that could not be sent and were given up. */
  readonly lost?: (count: number) => void;
  readonly fault?: (where: string, error: unknown) => void;
}
