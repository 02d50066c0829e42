import type { AccuracySums } from '@murmuration/monitoring/accuracy/accuracy-sums';

/** What is known of a version's predictions that were made in one hour. Plain data. */
export interface AccuracyHour {
  readonly model: string;
  readonly version: string;
  /** Its beginning, ms since 1970. */
  readonly from: number;
  readonly sums: AccuracySums;
}

/** Keeps how good versions were, hour by hour. */
export interface AccuracyStore {
  all(): Promise<readonly AccuracyHour[]>;
  /** In place of what was kept of the same hours; all of it or nothing, durable when it returns. */
  put(hours: readonly AccuracyHour[]): Promise<void>;
  /** Deletes hours that began before `time`, ms since 1970. */
  forget(time: number): Promise<void>;
}
