import type { Contribution } from '../update/prepare.ts';
import type { Report } from './report.ts';

/** Work of a device in a round, independent of how it reaches the coordinator. */
export interface AnyPart {
  /** Name of the answered query, once `require` has read it; undefined for a part that trains. */
  readonly query?: string | undefined;
  /** Fewest contributions in the sum, where this is more than the floors require. */
  readonly smallestSum: number;
  /**
   * Throws `plan.below-floor`, and any other error that keeps the device from the round, before it has sent
   * anything. `isMade`: true if the contribution was made before a restart.
   */
  require(signal: AbortSignal, isMade: boolean): Promise<void>;
  /** Makes the contribution, once. */
  make(signal: AbortSignal, report: Report): Promise<Contribution>;
  /**
   * Returns when the device had all input from the coordinator and started the work whose time
   * depends on the number of examples, ms since 1970 by its own clock; undefined before that. Absent
   * if this is when the assignment came.
   */
  began?(): number | undefined;
  /**
   * Records the contribution, durably, before its first byte leaves. Throws
   * `plan.below-floor` beyond the limits.
   */
  count(): Promise<void>;
  /** Called when the contribution is in the sum. */
  counted?(): Promise<void>;
}
