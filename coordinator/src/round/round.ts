import type { AssignmentId, ModelHash, RoundId } from '@murmuration/protocol/ids';
import type { Plan } from '@murmuration/protocol/messages/plan';
import type { Cohort, Member } from './cohort.ts';
import type { Quorum } from './quorum.ts';

/** What is fixed when a round begins. */
export interface RoundTerms {
  readonly id: RoundId;
  /** Rounds of a task count from 1. */
  readonly number: number;
  readonly plan: Plan;
  /** Devices to choose: the aggregation goal, over-selected. */
  readonly cohortSize: number;
  /** Updates wanted. */
  readonly goal: number;
  /** Updates without which the round fails. */
  readonly minimum: number;
  /** ms since 1970. */
  readonly startedAt: number;
  /** How long each collecting phase may last, ms. */
  readonly limits: { readonly gathering: number; readonly updates: number };
}

/** Waits until enough devices have checked in. */
export interface Gathering {
  readonly phase: 'gathering';
  readonly terms: RoundTerms;
  readonly quorum: Quorum;
}

/** The cohort trains and sends its updates, which are added up as they arrive. */
export interface Updates {
  readonly phase: 'updates';
  readonly terms: RoundTerms;
  readonly quorum: Quorum;
  readonly cohort: Cohort;
}

/** Nothing more is taken; the sum becomes a model version. */
export interface Closing {
  readonly phase: 'closing';
  readonly terms: RoundTerms;
  readonly tally: Tally;
}

export interface Published {
  readonly phase: 'published';
  readonly terms: RoundTerms;
  readonly tally: Tally;
  readonly model: ModelHash;
}

export interface Failed {
  readonly phase: 'failed';
  readonly terms: RoundTerms;
  readonly tally: Tally;
  readonly during: 'gathering' | 'updates' | 'closing';
  readonly reason: string;
}

export type RoundState = Gathering | Updates | Closing | Published | Failed;

/** What became of the cohort: `late` was still at work at the end, `lost` had left or lost its connection. */
export interface Tally {
  readonly cohort: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly late: number;
  readonly lost: number;
}

export type RoundEvent =
  /** So many eligible devices wait for an assignment. */
  | { readonly type: 'available'; readonly devices: number }
  /** The cohort was drawn at `time`. */
  | { readonly type: 'drawn'; readonly members: readonly Member[]; readonly time: number }
  /** An update was added to the sum. */
  | { readonly type: 'counted'; readonly assignment: AssignmentId }
  /** An update was refused. */
  | { readonly type: 'rejected'; readonly assignment: AssignmentId }
  | { readonly type: 'left'; readonly assignment: AssignmentId }
  | { readonly type: 'away'; readonly assignment: AssignmentId }
  | { readonly type: 'back'; readonly assignment: AssignmentId }
  /** The clock reached `time`. */
  | { readonly type: 'tick'; readonly time: number }
  /** The new version is stored. */
  | { readonly type: 'published'; readonly model: ModelHash }
  /** The sum could not become a version, or an operator ended the round. */
  | { readonly type: 'abort'; readonly reason: string };

export type Effect =
  /** Send a `tick` at `time`. */
  | { readonly type: 'wake'; readonly time: number }
  /** Draw so many of those who wait, and answer with `drawn`. */
  | { readonly type: 'draw'; readonly devices: number }
  | { readonly type: 'assign'; readonly members: readonly Member[] }
  /** Tell members who are still at work that nothing more is taken. */
  | { readonly type: 'release'; readonly members: readonly Member[] }
  /** Make the next version from the sum, and answer with `published` or `abort`. */
  | { readonly type: 'publish' }
  /** Tell the cohort, and record the round. */
  | { readonly type: 'conclude' };

export interface Step {
  readonly state: RoundState;
  readonly effects: readonly Effect[];
}

export const emptyTally: Tally = { cohort: 0, accepted: 0, rejected: 0, late: 0, lost: 0 };

export function tallyOf({ quorum, cohort }: Updates): Tally {
  const { working, away, left } = cohort.count;
  return {
    cohort: cohort.members.length,
    accepted: quorum.accepted,
    rejected: quorum.rejected,
    late: working,
    lost: away + left,
  };
}

export function unchanged(state: RoundState): Step {
  return { state, effects: [] };
}

export function fail(terms: RoundTerms, tally: Tally, during: Failed['during'], reason: string): Step {
  return { state: { phase: 'failed', terms, tally, during, reason }, effects: [{ type: 'conclude' }] };
}
