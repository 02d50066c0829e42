import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Member } from './cohort.ts';
import type { RoundRecord } from './record.ts';
import type { PartTerms, RoundTerms, SpreadTerms, Tally } from './round.ts';

/** Result of a part of a spread round. */
export interface PartResult {
  /** Record in the form of a round's; its `published` means that the sum of the part is open. */
  readonly record: RoundRecord;
  /** Devices whose updates are in its sum; empty if it failed. */
  readonly contributors: readonly Pick<Member, 'device' | 'assignment'>[];
}

/**
 * Results of parts, left by the cells that run them for the cell that leads the round. `History.commit` with
 * the record of the round deletes the results of its parts. All methods throw `storage.*`, and then change
 * nothing.
 */
export interface PartStore {
  /** Returns the terms of the task's spread rounds that are under way, oldest first. */
  open(task: TaskName): Promise<readonly SpreadTerms[]>;
  /**
   * Ends a part: stores its result and its sum (`RingSum.snapshot()`), and deletes its journal and
   * checkpoint. The first result of a part stays; a part whose round is over gets none. `sum` is left out if
   * the part failed.
   */
  end(terms: PartTerms, result: PartResult, sum?: Uint8Array): Promise<void>;
  forget(terms: PartTerms): Promise<void>;
  /** Returns the results of a round so far, by the number of the part, without those of `known` parts. */
  results(
    round: RoundTerms['id'],
    known?: ReadonlyMap<number, unknown>,
  ): Promise<ReadonlyMap<number, PartResult>>;
  /** Returns the sum of a part; undefined if there is none. */
  sum(round: RoundTerms['id'], part: number): Promise<Uint8Array | undefined>;
}

/**
 * Returns the share of a part, from 1, in a total: the shares of all parts differ by one at most and add up
 * to it.
 */
export function shareOf(total: number, part: number, count: number): number {
  return Math.floor((total + count - part) / count);
}

/**
 * Returns the terms of a part of a spread round: its share of the cohort and goal, and otherwise the round's
 * own, including id and plan.
 */
export function termsOfPart({ parts, ...terms }: SpreadTerms, part: number): PartTerms {
  const { count, smallest } = parts;
  return {
    ...terms,
    kind: 'part',
    part,
    cohortSize: shareOf(terms.cohortSize, part, count),
    goal: shareOf(terms.goal, part, count),
    minimum: smallest,
  };
}

/** ms that a cell has to take over a part and to open its sum, beyond the deadlines of its phases. */
const takeOverMs = 60_000;

/** Returns the moment until which results of parts are waited for, ms since 1970. */
export function partsDeadline({ startedAt, limits, plan }: RoundTerms): number {
  const { gathering, keys, shares, updates, agreement, unmasking } = limits;
  const masking = plan.masking ? keys + shares + agreement + unmasking : 0;
  return startedAt + gathering + updates + masking + takeOverMs;
}

/** Adds up the tallies of all parts; updates of parts that do not count are lost. */
export function tallyOfParts(results: ReadonlyMap<number, PartResult>, counted: ReadonlySet<number>): Tally {
  const total = { cohort: 0, accepted: 0, rejected: 0, late: 0, lost: 0 };
  for (const [part, { record }] of results) {
    const { cohort, accepted, rejected, late, lost } = record.tally;
    total.cohort += cohort;
    total.rejected += rejected;
    total.late += late;
    total.lost += lost;
    if (counted.has(part)) total.accepted += accepted;
    else total.lost += accepted;
  }
  return total;
}
