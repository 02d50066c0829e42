import type { RowFailure } from '../input/batch.ts';

/** Run that has begun. */
export interface BegunRun {
  readonly generation: number;
  /** Number of the attempt, from 1; a process that continues an interrupted run adds one. */
  readonly attempt: number;
  /** Version that answers, and the hash of its content. */
  readonly version: string;
  readonly hash: string;
  /** Time of the first attempt, ms since 1970. */
  readonly beganAt: number;
}

/** Counts of the current attempt of a run. */
export interface RunCounts {
  readonly read: number;
  /** Number of rows that the model ran for. */
  readonly computed: number;
  /** Number of rows that were found unchanged. */
  readonly reused: number;
  readonly failed: number;
}

/** Run that is over. */
export interface EndedRun extends RunCounts {
  readonly version: string;
  readonly beganAt: number;
  readonly endedAt: number;
  /** First unusable rows. */
  readonly failures: readonly RowFailure[];
  /** Reason why there is no new table; null if there is one. */
  readonly error: string | null;
}
