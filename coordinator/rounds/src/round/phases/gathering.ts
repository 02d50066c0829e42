import { cohortOf } from '../cohort.ts';
import { openQuorum } from '../quorum.ts';
import {
  type Deadlines,
  emptyTally,
  fail,
  type Gathering,
  type RoundEvent,
  type RoundTerms,
  type Step,
  unchanged,
} from '../round.ts';
import { openBuffer } from './buffering.ts';
import { openKeys } from './keys.ts';
import { openUpdates } from './updates.ts';

export function begin(terms: RoundTerms): Step {
  switch (terms.kind) {
    case 'buffer':
      return openBuffer(terms);
    case 'cohort':
    case 'grouped':
    case 'spread':
    case 'part': {
      const state = openGathering(terms);
      return { state, effects: [{ type: 'wake', time: state.quorum.deadline }] };
    }
  }
}

export function openGathering(terms: RoundTerms): Gathering {
  const deadline = terms.startedAt + terms.limits.gathering;
  return { phase: 'gathering', terms, quorum: openQuorum(terms.cohortSize, terms.minimum, deadline) };
}

/**
 * Waits for the whole cohort, or for all devices that exist if these reach the minimum, since no other could
 * come. At the deadline it goes on with the devices that are there, if they reach the minimum.
 */
export function gathering(state: Gathering, event: RoundEvent): Step {
  const { terms, quorum } = state;
  switch (event.type) {
    case 'available': {
      const here = { ...state, quorum: { ...quorum, accepted: event.devices } };
      const enough = event.areAll ? Math.min(quorum.minimum, quorum.goal) : quorum.goal;
      return event.devices >= enough
        ? { state: here, effects: [{ type: 'draw', devices: Math.min(event.devices, quorum.goal) }] }
        : unchanged(here);
    }
    case 'drawn': {
      const { members } = event;
      const drawn = {
        terms,
        cohort: cohortOf(members),
        deadlines: deadlinesFrom(event.time, terms),
        earlier: { rejected: 0, late: 0, lost: 0 },
      };
      const { state: next, effects } = terms.plan.masking ? openKeys(drawn) : openUpdates(drawn);
      return { state: next, effects: [...effects, { type: 'assign', members }] };
    }
    case 'tick': {
      if (event.time < quorum.deadline) return unchanged(state);
      const { accepted, goal, minimum } = quorum;
      if (accepted >= minimum)
        return { state, effects: [{ type: 'draw', devices: Math.min(accepted, goal) }] };
      // Devices keep their updates, and a buffer waits however long it takes.
      if (terms.plan.bases) {
        const deadline = event.time + terms.limits.gathering;
        return {
          state: { ...state, quorum: { ...quorum, deadline } },
          effects: [{ type: 'wake', time: deadline }],
        };
      }
      return fail(terms, emptyTally, 'gathering', tooFew(terms, accepted, minimum));
    }
    case 'abort':
      return fail(terms, emptyTally, 'gathering', event.reason);
    default:
      return unchanged(state);
  }
}

function tooFew({ plan }: RoundTerms, accepted: number, minimum: number): string {
  const of = `${accepted} of at least ${minimum} devices`;
  return plan.query
    ? `${of} that would answer had checked in at the deadline: a device answers once in the period of the query.`
    : `${of} had checked in at the deadline.`;
}

function deadlinesFrom(time: number, { limits, plan }: RoundTerms): Deadlines {
  const keys = plan.masking ? time + limits.keys : time;
  const shares = plan.masking ? keys + limits.shares : time;
  const updates = shares + limits.updates;
  const agreement = plan.masking ? updates + limits.agreement : updates;
  return { keys, shares, updates, agreement, unmasking: agreement + limits.unmasking };
}
