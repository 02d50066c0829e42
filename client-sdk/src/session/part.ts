import type { Contribution } from '../update/prepare.ts';
import type { Report } from './report.ts';

/** What a device does in a round, whatever carries it to the coordinator. */
export interface Part {
  /** Name of the query that it answers, once `require` has read it; undefined of a part that trains. */
  readonly query?: string | undefined;
  /** The fewest contributions in the sum with which it takes part, where that is more than the floors say. */
  readonly smallestSum: number;
  /**
   * Throws `plan.below-floor`, and whatever else keeps the device from the round, before it has sent anything. `isMade`: whether what goes into
   * the sum was made before a restart.
   */
  require(signal: AbortSignal, isMade: boolean): Promise<void>;
  /** Makes what goes into the sum, once. */
  make(signal: AbortSignal, report: Report): Promise<Contribution>;
  /**
   * When it had all that the coordinator gives it to make that from, ms since 1970 by its own clock, and began with what takes as long as there are
   * examples; undefined while it has not. Left out where that is from the assignment on.
   */
  began?(): number | undefined;
  /** Counts it, durably, before its first byte leaves. Throws `plan.below-floor` for one more than the device's limits allow. */
  count(): Promise<void>;
  /** Hears that it is in the sum; left out where nothing follows from that on the device. */
  counted?(): Promise<void>;
}
