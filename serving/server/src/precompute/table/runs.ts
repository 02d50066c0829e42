import type { RowFailure } from '../input/batch.ts';

/** A run that has begun. */
export interface BegunRun {
  readonly generation: number;
  /** 1 for the first start of it; a process that goes on with a run that another left behind is one more. */
  readonly attempt: number;
  /** The version that answers, and the hash of its content. */
  readonly version: string;
  readonly hash: string;
  /** ms since 1970: of the first start. */
  readonly beganAt: number;
}

/** What a run did so far, of the start that goes on with it. */
export interface RunCounts {
  readonly read: number;
  /** Rows that the model ran for. */
  readonly computed: number;
  /** Rows that were found unchanged. */
  readonly reused: number;
  readonly failed: number;
}

/** A run that is over. */
export interface EndedRun extends RunCounts {
  readonly version: string;
  readonly beganAt: number;
  readonly endedAt: number;
  /** The first rows that could not be used. */
  readonly failures: readonly RowFailure[];
  /** Why there is no new table; null where there is one. */
  readonly error: string | null;
}
