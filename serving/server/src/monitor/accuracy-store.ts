import type { AccuracySums } from '@murmuration/monitoring/accuracy/accuracy-sums';

/** Accuracy sums of a version's predictions made in one hour. Plain data. */
export interface AccuracyHour {
  readonly model: string;
  readonly version: string;
  /** Start of the hour, ms since 1970. */
  readonly from: number;
  readonly sums: AccuracySums;
}

/** Store of the accuracy of versions, hour by hour. */
export interface AccuracyStore {
  all(): Promise<readonly AccuracyHour[]>;
  /** Replaces what was stored for the same hours; atomic, and durable when it resolves. */
  put(hours: readonly AccuracyHour[]): Promise<void>;
  /** Deletes hours that began before `time`, ms since 1970. */
  forget(time: number): Promise<void>;
}
