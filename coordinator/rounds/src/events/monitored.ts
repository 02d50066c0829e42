import type { TaskName } from '@murmuration/protocol/ids/ids';

/** Window of a version's inputs, or of devices' answers, compared with its reference. */
export interface ComparedWindow {
  readonly task: TaskName;
  /** Number of the version; for answers of devices, the version that they serve. */
  readonly version: number;
  /** Name of the query that devices answered; left out for inputs of the version. */
  readonly query?: string;
  /** Features that were compared, drifted or not. */
  readonly features: readonly {
    readonly name: string;
    /** Name of the two-sample test, such as `psi`. */
    readonly test: string;
    /** Result of the test in its own unit: a distance or a p-value. */
    readonly score: number;
    /** Threshold of the score. */
    readonly threshold: number;
    readonly drifted: boolean;
  }[];
  /** Share of the features that drifted, from 0 to 1. */
  readonly share: number;
  /** True if the data as a whole drifted, by the settings of the model. */
  readonly isDrifted: boolean;
  /** Times of the requests, ms since 1970; `to` is exclusive. */
  readonly window: { readonly from: number; readonly to: number };
}

/** Live accuracy of a version, from the outcomes of its predictions. */
export interface LiveAccuracy {
  readonly task: TaskName;
  /** Number of the version. */
  readonly version: number;
  /** Name of the metric, such as `accuracy`. */
  readonly metric: string;
  readonly value: number;
  /** Confidence interval of `value`. */
  readonly lower: number;
  readonly upper: number;
  /** Number of outcomes that it was computed from. */
  readonly outcomes: number;
}
