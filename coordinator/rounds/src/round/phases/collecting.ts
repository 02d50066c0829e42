import { type Cohort, depart, maySend, membersAt, stand, standingOf } from '../cohort.ts';
import { membersIn } from '../groups.ts';
import { judge } from '../quorum.ts';
import {
  type CollectingState,
  cohortWithout,
  type Effect,
  fail,
  type RoundEvent,
  type Step,
  tallyOf,
  unchanged,
} from '../round.ts';

/**
 * Applies the rule of every phase in which each device sends one message. It closes early at its goal, or
 * once no other device can send. At the deadline the minimum is enough. The round fails below it, or once it
 * is out of reach.
 */
export function collect<State extends CollectingState>(
  state: State,
  event: RoundEvent,
  close: (state: State) => Step,
): Step {
  const { quorum, cohort } = state;
  switch (event.type) {
    case 'counted': {
      const after = stand(cohort, event.assignment, 'counted');
      if (after === cohort) return unchanged(state);
      return settle({ ...state, cohort: after, quorum: { ...quorum, accepted: quorum.accepted + 1 } }, close);
    }
    case 'rejected':
      if (!maySend(standingOf(cohort, event.assignment))) return unchanged(state);
      return unchanged({ ...state, quorum: { ...quorum, rejected: quorum.rejected + 1 } });
    case 'left': {
      const waits = state.phase === 'updates' && state.terms.plan.masking !== null;
      const after = cohortWithout(state, event.assignment);
      if (after === cohort)
        return unchanged(waits ? withCohort(state, depart(cohort, event.assignment)) : state);
      return settle({ ...state, cohort: after, quorum: { ...quorum, accepted: after.count.counted } }, close);
    }
    case 'away':
      return unchanged(withCohort(state, stand(cohort, event.assignment, 'away')));
    case 'back':
      return unchanged(withCohort(state, stand(cohort, event.assignment, 'working')));
    case 'tick': {
      if (event.time < quorum.deadline) return unchanged(state);
      if (quorum.accepted >= quorum.minimum) return close(state);
      const { accepted, minimum } = quorum;
      return failed(
        state,
        `${accepted} of at least ${minimum} devices had sent their ${noun[state.phase]} at the deadline.`,
      );
    }
    case 'graced':
      return mayClose(state) ? close(state) : unchanged(state);
    case 'abort':
      return failed(state, event.reason);
    default:
      return unchanged(state);
  }
}

/**
 * Returns the ms after which a masked phase closes without its disconnected devices: it has enough, and every
 * other device has answered. Undefined if it waits for others, or for more.
 */
export function graceOf(state: CollectingState): number | undefined {
  const { masking, grace } = state.terms.plan;
  const { working, away } = state.cohort.count;
  return masking && working === 0 && away > 0 && mayClose(state) ? grace : undefined;
}

/** True if the phase has what the next one needs. */
function mayClose(state: CollectingState): boolean {
  switch (state.phase) {
    case 'agreement':
      return isEnough(state, state.settled);
    case 'unmasking':
      return isEnough(state, state.opened);
    default:
      return state.quorum.accepted >= state.quorum.minimum;
  }
}

/** True if there is a group, and the groups together have the contributors that a round needs. */
function isEnough({ cohort, terms }: CollectingState, groups: ReadonlySet<number>): boolean {
  return groups.size > 0 && membersIn(cohort.members, groups).length >= terms.minimum;
}

const noun = {
  keys: 'keys',
  shares: 'shares',
  updates: 'updates',
  agreement: 'agreement',
  unmasking: 'shares of the masks',
} as const;

export function failed(state: CollectingState, reason: string): Step {
  return fail(state.terms, tallyOf(state), state.phase, reason);
}

/** Tells the members at work that their message is no longer wanted. */
export function release(state: CollectingState): Effect {
  return { type: 'release', members: membersAt(state.cohort, 'working') };
}

/** Tells the members that are not kept; no effect if all are. */
export function releaseOthers({ cohort }: CollectingState, kept: Cohort): readonly Effect[] {
  const members = cohort.members.filter(({ assignment }) => !kept.positions.has(assignment));
  return members.length > 0 ? [{ type: 'release', members }] : [];
}

function withCohort<State extends CollectingState>(state: State, cohort: Cohort): State {
  return cohort === state.cohort ? state : { ...state, cohort };
}

function settle<State extends CollectingState>(state: State, close: (state: State) => Step): Step {
  const { working, away } = state.cohort.count;
  switch (judge(state.quorum, working + away)) {
    case 'reached':
    case 'complete':
      return close(state);
    case 'hopeless': {
      const { accepted, minimum } = state.quorum;
      return failed(
        state,
        `Too many devices left: ${accepted} have sent their ${noun[state.phase]}, ${working + away} may, at least ${minimum} are needed.`,
      );
    }
    case 'open':
      return unchanged(state);
  }
}
