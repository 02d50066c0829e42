import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Member } from './cohort.ts';
import type { RoundRecord } from './record.ts';
import type { PartTerms, RoundTerms, SpreadTerms, Tally } from './round.ts';

/** What became of a part of a spread round. */
export interface PartResult {
  /** As that of a round; `published` says that the sum of the part is open. */
  readonly record: RoundRecord;
  /** Those whose updates are in its sum; nobody where it failed. */
  readonly contributors: readonly Pick<Member, 'device' | 'assignment'>[];
}

/**
 * Where the cells that run the parts of a round leave what came of them to the cell that leads it. `History.commit` with the record of the round
 * ends it: then no result of its parts is kept any more. All throw `storage.*`, and what throws has changed nothing.
 */
export interface PartStore {
  /** The terms of the rounds of a task that are spread over cells and under way, in the order in which they began. */
  open(task: TaskName): Promise<readonly SpreadTerms[]>;
  /**
   * Ends a part, by its terms: keeps its result with its sum (`RingSum.snapshot()`), and nothing of its journal and its checkpoint any more. The
   * first result of a part stays, and none is kept of a part whose round is over. `sum` is left out where the part failed.
   */
  end(terms: PartTerms, result: PartResult, sum?: Uint8Array): Promise<void>;
  /** Ends a part without a result. */
  forget(terms: PartTerms): Promise<void>;
  /** The results of a round so far, by the number of the part; without those of parts that are `known`. */
  results(
    round: RoundTerms['id'],
    known?: ReadonlyMap<number, unknown>,
  ): Promise<ReadonlyMap<number, PartResult>>;
  /** The sum of a part; undefined where there is none. */
  sum(round: RoundTerms['id'], part: number): Promise<Uint8Array | undefined>;
}

/** What of a number falls to a part, from 1: the shares of all parts differ by one at most, and add up to it. */
export function shareOf(total: number, part: number, count: number): number {
  return Math.floor((total + count - part) / count);
}

/** The terms of a part of a spread round: its share of the cohort and of the goal, and otherwise those of the round, above all its id and plan. */
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

/** ms that a cell has for taking over a part, and for opening its sum, beyond the deadlines of its phases. */
const settling = 60_000;

/** When the results of its parts are no longer waited for, ms since 1970. */
export function partsDeadline({ startedAt, limits, plan }: RoundTerms): number {
  const { gathering, keys, shares, updates, agreement, unmasking } = limits;
  const masking = plan.masking ? keys + shares + agreement + unmasking : 0;
  return startedAt + gathering + updates + masking + settling;
}

/** What became of the cohorts of all parts; the updates of those that do not count are lost. */
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
