import { cohortOf } from '../cohort.ts';
import { openQuorum } from '../quorum.ts';
import {
  emptyTally,
  fail,
  type Gathering,
  type RoundEvent,
  type RoundTerms,
  type Step,
  unchanged,
} from '../round.ts';

export function begin(terms: RoundTerms): Step {
  const quorum = openQuorum(terms.cohortSize, terms.minimum, terms.startedAt + terms.limits.gathering);
  return { state: { phase: 'gathering', terms, quorum }, effects: [{ type: 'wake', time: quorum.deadline }] };
}

/** Waits for the whole cohort; at the deadline goes on with those who are there, if they can make up the minimum. */
export function gathering(state: Gathering, event: RoundEvent): Step {
  const { terms, quorum } = state;
  switch (event.type) {
    case 'available': {
      const here = { ...state, quorum: { ...quorum, accepted: event.devices } };
      return event.devices >= quorum.goal
        ? { state: here, effects: [{ type: 'draw', devices: quorum.goal }] }
        : unchanged(here);
    }
    case 'drawn': {
      const goal = Math.min(terms.goal, event.members.length);
      const collecting = openQuorum(goal, terms.minimum, event.time + terms.limits.updates);
      return {
        state: { phase: 'updates', terms, quorum: collecting, cohort: cohortOf(event.members) },
        effects: [
          { type: 'assign', members: event.members },
          { type: 'wake', time: collecting.deadline },
        ],
      };
    }
    case 'tick': {
      if (event.time < quorum.deadline) return unchanged(state);
      const { accepted, goal, minimum } = quorum;
      if (accepted >= minimum)
        return { state, effects: [{ type: 'draw', devices: Math.min(accepted, goal) }] };
      const reason = `${accepted} of at least ${minimum} devices had checked in at the deadline.`;
      return fail(terms, emptyTally, 'gathering', reason);
    }
    case 'abort':
      return fail(terms, emptyTally, 'gathering', event.reason);
    default:
      return unchanged(state);
  }
}
