import type { TaskName } from '@murmuration/protocol/ids/ids';

/** Run of a precompute job that ended. */
export interface PrecomputedRun {
  readonly job: string;
  /** Task whose version made the predictions. */
  readonly task: TaskName;
  /** Number of the version; null if the run didn't get as far as choosing one. */
  readonly version: number | null;
  /** Time of its first start, ms since 1970. */
  readonly beganAt: number;
  /** ms since 1970. */
  readonly endedAt: number;
  /** Reason why there is no new table; null if there is one. */
  readonly error: string | null;
  /** True if the process stopped; the next one continues the run. */
  readonly isStopped: boolean;
  /** Rows that were read, computed by the model, reused unchanged, and failed. */
  readonly counts: Readonly<Record<'read' | 'computed' | 'reused' | 'failed', number>>;
}
