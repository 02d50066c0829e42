import type { TaskName } from '@murmuration/protocol/ids/ids';

/** A window of what a version was asked, compared with what the version was made for. */
export interface ComparedWindow {
  readonly task: TaskName;
  /** Number of the version; of what devices answered, of that which they serve. */
  readonly version: number;
  /** The query whose answers they are; left out: what the version was asked. */
  readonly query?: string;
  /** Each feature that was compared, drifted or not. */
  readonly features: readonly {
    readonly name: string;
    /** Of the two-sample test, such as `psi`. */
    readonly test: string;
    /** What the test says, in its own unit: a distance or a p-value. */
    readonly score: number;
    /** What the score was held to. */
    readonly threshold: number;
    readonly drifted: boolean;
  }[];
  /** Share of the features that drifted, from 0 to 1. */
  readonly share: number;
  /** Whether that is enough for the data as a whole, by the settings of its model. */
  readonly isDrifted: boolean;
  /** Of the requests, ms since 1970; `to` is not part of it. */
  readonly window: { readonly from: number; readonly to: number };
}

/** How well a version does by the outcomes of its predictions. */
export interface LiveAccuracy {
  readonly task: TaskName;
  /** Number of the version. */
  readonly version: number;
  /** Such as `accuracy`. */
  readonly metric: string;
  readonly value: number;
  /** The confidence interval of `value`. */
  readonly lower: number;
  readonly upper: number;
  /** Outcomes that it was computed from. */
  readonly outcomes: number;
}
