import type { TaskName } from '@murmuration/protocol/ids/ids';

/** A run of a precompute job that is over. */
export interface PrecomputedRun {
  readonly job: string;
  /** Whose version answered. */
  readonly task: TaskName;
  /** Number of the version; null where it had not begun with one. */
  readonly version: number | null;
  /** ms since 1970: of the first start. */
  readonly beganAt: number;
  /** ms since 1970. */
  readonly endedAt: number;
  /** Why there is no new table; null where there is one. */
  readonly error: string | null;
  /** The process ended, and the next one goes on with it. */
  readonly isStopped: boolean;
  /** Rows that were read, that the model ran for, that were unchanged, and that could not be used. */
  readonly counts: Readonly<Record<'read' | 'computed' | 'reused' | 'failed', number>>;
}
