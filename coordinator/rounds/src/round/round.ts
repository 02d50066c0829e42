import type { AssignmentId, ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import type { CohortPhase, RoundPhase } from '@murmuration/protocol/messages/phases';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { type Cohort, cohortOf, type Member, membersAt, stand, withdraw } from './cohort.ts';
import { type Grouping, membersIn } from './groups.ts';
import type { Quorum } from './quorum.ts';

/** Terms that are fixed when a round begins, by its kind. */
export type RoundTerms = CohortTerms | GroupedTerms | BufferTerms | SpreadTerms | PartTerms;

interface CommonTerms {
  readonly id: RoundId;
  /** Number of the round within its task, from 1. */
  readonly number: number;
  readonly plan: Plan;
  /** Devices to choose: the aggregation goal, over-selected. */
  readonly cohortSize: number;
  readonly goal: number;
  /** Updates without which the round fails. */
  readonly minimum: number;
  /** Id of its training run; left out of tasks whose rounds run all the time. */
  readonly run?: string;
  /** ms since 1970. */
  readonly startedAt: number;
  /** Longest duration of each collecting phase, ms; those of masking count only if the plan masks. */
  readonly limits: Readonly<Record<'gathering' | CohortPhase, number>>;
}

/** Terms of a round with one cohort and one sum. */
export interface CohortTerms extends CommonTerms {
  readonly kind: 'cohort';
}

/** Terms of a round with one cohort, dealt into groups that have a sum each. */
export interface GroupedTerms extends CommonTerms {
  readonly kind: 'grouped';
  readonly groups: Grouping;
}

/**
 * Terms of an aggregation buffer, which closes once it has `goal` updates, and whose devices join one by one.
 */
export interface BufferTerms extends CommonTerms {
  readonly kind: 'buffer';
  readonly buffer: BufferLimits;
}

/** Terms of a round spread over cells, whose parts have a cohort and a sum each. */
export interface SpreadTerms extends CommonTerms {
  readonly kind: 'spread';
  readonly parts: Spread;
}

/** Terms of a part of a spread round, at its cell. */
export interface PartTerms extends CommonTerms {
  readonly kind: 'part';
  /** Number of the part, from 1. */
  readonly part: number;
}

export interface Spread {
  /** Number of parts, each run by one cell. */
  readonly count: number;
  /** Updates that a part needs for its sum to be opened and to count. */
  readonly smallest: number;
}

/** Limits of the buffers of an asynchronous task. */
export interface BufferLimits {
  /** Largest number of assignments that are open at the same time. */
  readonly concurrency: number;
  /** Buffers that may close between an assignment and its update. */
  readonly maxStaleness: number;
}

/** Waits until enough devices have checked in. */
export interface Gathering {
  readonly phase: 'gathering';
  readonly terms: RoundTerms;
  readonly quorum: Quorum;
}

/** Phase in which each device of the cohort has one message to send. */
interface Collecting {
  readonly terms: RoundTerms;
  readonly quorum: Quorum;
  /** Devices that are still in the round when the phase begins; in a buffer, those that have joined since. */
  readonly cohort: Cohort;
  /** Latest end of each phase, ms since 1970; one that ends early leaves its time to the next. */
  readonly deadlines: Deadlines;
  /** Counts of the devices that were lost in the phases before. */
  readonly earlier: Pick<Tally, 'rejected' | 'late' | 'lost'>;
}

export type Deadlines = Readonly<Record<CohortPhase, number>>;

/** Devices send their fresh keys; the first to do so are in the graph, the surplus is released. */
export interface Keys extends Collecting {
  readonly phase: 'keys';
}

/** Devices deal shares of their secrets to their neighbours. */
export interface Shares extends Collecting {
  readonly phase: 'shares';
}

/** The cohort trains and sends its updates, which are added up as they arrive. */
export interface Updates extends Collecting {
  readonly phase: 'updates';
}

/** Phase of updates of a buffer. */
export interface Buffering extends Updates {
  readonly terms: BufferTerms;
  /** True once it may close when full: not before the previous buffer is over. */
  readonly isDue?: true;
}

/** The contributors sign the one statement of whose updates count. */
export interface Agreement extends Collecting {
  readonly phase: 'agreement';
  /**
   * Groups in which enough holders of the shares of every dealer have agreed; only 0 if the cohort is one
   * sum.
   */
  readonly settled: ReadonlySet<number>;
}

/** The contributors reveal the shares that remove the masks from the sum. */
export interface UnmaskPhase extends Collecting {
  readonly phase: 'unmasking';
  /** Groups whose masks can be removed by what is revealed; only 0 if the cohort is one sum. */
  readonly opened: ReadonlySet<number>;
}

/** No more messages are taken; the sum becomes a model version. */
export interface Closing {
  readonly phase: 'closing';
  readonly terms: RoundTerms;
  /** Devices whose updates are in the sum. */
  readonly contributors: readonly Member[];
  readonly tally: Tally;
}

export interface Published {
  readonly phase: 'published';
  readonly terms: RoundTerms;
  readonly tally: Tally;
  /** New version; null for a query, which makes none. */
  readonly model: ModelHash | null;
}

export interface Failed {
  readonly phase: 'failed';
  readonly terms: RoundTerms;
  readonly tally: Tally;
  readonly during: RoundPhase;
  readonly reason: string;
  /** Set if it was ended on purpose: nothing is wrong. */
  readonly endedBy?: RoundEnder;
}

/**
 * Cause of a round that ended on purpose: an operator, or the watch that took back the version it trained
 * from.
 */
export type RoundEnder = 'operator' | 'watch';

export type CollectingState = Keys | Shares | Updates | Agreement | UnmaskPhase;
export type RoundState = Gathering | CollectingState | Closing | Published | Failed;

/** Other cells collect for a spread round: its leader knows none of its devices. */
export interface PartsAtWork {
  readonly phase: 'updates';
  readonly terms: SpreadTerms;
  readonly quorum: Quorum;
  /** Tally of the parts that are over. */
  readonly tally: Tally;
}

/** Spread round in the view of its leader. */
export type SpreadState = Gathering | PartsAtWork | Omit<Closing, 'contributors'> | Published | Failed;

/** Round in the view of watchers. */
export type SeenState = RoundState | SpreadState;

/**
 * Result of the cohort: `late` devices were at work at the end, `lost` ones had left or lost their
 * connection.
 */
export interface Tally {
  readonly cohort: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly late: number;
  readonly lost: number;
}

export type RoundEvent =
  /** Eligible devices that wait; `areAll`: every enrolled device is there, and has been for a while. */
  | { readonly type: 'available'; readonly devices: number; readonly areAll?: boolean }
  /** The cohort was drawn at `time`. */
  | { readonly type: 'drawn'; readonly members: readonly Member[]; readonly time: number }
  /** A device's message of this phase was taken; in the phase of updates, it was added to the sum. */
  | { readonly type: 'counted'; readonly assignment: AssignmentId }
  /** A device has agreed, and with it enough holders of all shares of its group have. */
  | { readonly type: 'settled'; readonly assignment: AssignmentId }
  /** A device has revealed its shares, and all masks of its group can now be removed. */
  | { readonly type: 'unmaskable'; readonly assignment: AssignmentId }
  /** A device's message of this phase was refused. */
  | { readonly type: 'rejected'; readonly assignment: AssignmentId }
  | { readonly type: 'left'; readonly assignment: AssignmentId }
  | { readonly type: 'away'; readonly assignment: AssignmentId }
  | { readonly type: 'back'; readonly assignment: AssignmentId }
  /** A buffer may close once it is full. */
  | { readonly type: 'due' }
  /** The next buffer has begun: this one closes with what it has. */
  | { readonly type: 'succeeded' }
  | { readonly type: 'tick'; readonly time: number }
  /** Disconnected devices have had their time to come back. */
  | { readonly type: 'graced'; readonly time: number }
  /** The clock was set back during a restart: the deadlines move by `by` ms. */
  | { readonly type: 'shifted'; readonly by: number }
  /** The new version, or the result of a query, is stored. */
  | { readonly type: 'published'; readonly model: ModelHash | null }
  /** The sum could not become a version, or the round was ended on purpose, by `endedBy`. */
  | { readonly type: 'abort'; readonly reason: string; readonly endedBy?: RoundEnder };

export type Effect =
  /** Send a `tick` at `time`. */
  | { readonly type: 'wake'; readonly time: number }
  /** Draw `devices` of those that wait, and answer with `drawn`. */
  | { readonly type: 'draw'; readonly devices: number }
  | { readonly type: 'assign'; readonly members: readonly Member[] }
  /** Begin a phase of masking: give each member what it needs, or answer with `abort`. */
  | {
      readonly type: 'open';
      readonly phase: Exclude<CohortPhase, 'keys'>;
      readonly members: readonly Member[];
    }
  /** The next buffer begins, with these members. */
  | { readonly type: 'carry'; readonly members: readonly Member[] }
  /** Tell members who are still at work that no more messages are taken. */
  | { readonly type: 'release'; readonly members: readonly Member[] }
  /**
   * Make the next version, or the figures of a query, from the sum, and answer with `published` or `abort`.
   */
  | { readonly type: 'publish' }
  /** Tell the cohort, and record the round. */
  | { readonly type: 'conclude' };

export interface Step {
  readonly state: RoundState;
  readonly effects: readonly Effect[];
}

export const emptyTally: Tally = { cohort: 0, accepted: 0, rejected: 0, late: 0, lost: 0 };

/** Returns the tally of the whole cohort if the round ended now. */
export function tallyOf({ phase, quorum, cohort, earlier }: CollectingState): Tally {
  const { counted, working, away, left } = cohort.count;
  // Contributors are in the sum, whether or not they reveal.
  const contributed = phase === 'agreement' || phase === 'unmasking';
  return {
    cohort: cohort.members.length + earlier.late + earlier.lost,
    accepted: contributed ? cohort.members.length : phase === 'updates' ? counted : 0,
    rejected: earlier.rejected + quorum.rejected,
    late: earlier.late + (contributed ? 0 : working + (phase === 'updates' ? 0 : counted)),
    lost: earlier.lost + (contributed ? 0 : away + left),
  };
}

/** Returns the start of the next phase: the members that sent their message, and the counts of the others. */
export function survivorsOf(state: CollectingState): {
  members: readonly Member[];
  earlier: Collecting['earlier'];
} {
  const { cohort, quorum, earlier } = state;
  return {
    members: membersAt(cohort, 'counted'),
    earlier: {
      rejected: earlier.rejected + quorum.rejected,
      late: earlier.late + cohort.count.working,
      lost: earlier.lost + cohort.count.away + cohort.count.left,
    },
  };
}

/**
 * Removes the members of all other groups after the phase of updates: their sums stay closed and do not
 * count.
 */
export function withGroups<State extends Agreement | UnmaskPhase>(
  state: State,
  groups: ReadonlySet<number>,
): State {
  const { cohort, earlier } = state;
  const members = membersIn(cohort.members, groups);
  const lost = cohort.members.length - members.length;
  if (lost === 0) return state;
  const gone = new Set(members.map(({ assignment }) => assignment).filter(each => cohort.gone.has(each)));
  return { ...state, cohort: cohortOf(members, gone), earlier: { ...earlier, lost: earlier.lost + lost } };
}

/**
 * Returns the cohort after a member has left. An update that is in the sum stays in it. Keys and shares of a
 * device that sends nothing more no longer count, since they would only make the graph worse.
 */
export function cohortWithout({ phase, cohort }: CollectingState, assignment: AssignmentId): Cohort {
  return phase === 'keys' || phase === 'shares'
    ? withdraw(cohort, assignment)
    : stand(cohort, assignment, 'left');
}

export function unchanged(state: RoundState): Step {
  return { state, effects: [] };
}

export function fail(terms: RoundTerms, tally: Tally, during: Failed['during'], reason: string): Step {
  return { state: { phase: 'failed', terms, tally, during, reason }, effects: [{ type: 'conclude' }] };
}
