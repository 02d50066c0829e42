import { type Cohort, membersAt, stand, standingOf } from '../cohort.ts';
import { judge } from '../quorum.ts';
import { fail, type RoundEvent, type Step, tallyOf, type Updates, unchanged } from '../round.ts';

/** Collects updates up to the goal; at the deadline the minimum is enough. */
export function updates(state: Updates, event: RoundEvent): Step {
  const { quorum, cohort } = state;
  switch (event.type) {
    case 'counted': {
      const after = stand(cohort, event.assignment, 'counted');
      if (after === cohort) return unchanged(state);
      return settle({ ...state, cohort: after, quorum: { ...quorum, accepted: quorum.accepted + 1 } });
    }
    case 'rejected':
      if (standingOf(cohort, event.assignment) === undefined) return unchanged(state);
      return unchanged({ ...state, quorum: { ...quorum, rejected: quorum.rejected + 1 } });
    case 'left':
      return settle(withCohort(state, stand(cohort, event.assignment, 'left')));
    case 'away':
      return unchanged(withCohort(state, stand(cohort, event.assignment, 'away')));
    case 'back':
      return unchanged(withCohort(state, stand(cohort, event.assignment, 'working')));
    case 'tick': {
      if (event.time < quorum.deadline) return unchanged(state);
      const { accepted, minimum } = quorum;
      if (accepted >= minimum) return close(state);
      return fail(
        state.terms,
        tallyOf(state),
        'updates',
        `${accepted} of at least ${minimum} updates had come at the deadline.`,
      );
    }
    case 'abort':
      return fail(state.terms, tallyOf(state), 'updates', event.reason);
    default:
      return unchanged(state);
  }
}

function withCohort(state: Updates, cohort: Cohort): Updates {
  return cohort === state.cohort ? state : { ...state, cohort };
}

function settle(state: Updates): Step {
  const { working, away } = state.cohort.count;
  switch (judge(state.quorum, working + away)) {
    case 'reached':
    case 'complete':
      return close(state);
    case 'hopeless': {
      const { accepted, minimum } = state.quorum;
      const reason = `Too many devices left: ${accepted} updates have come, ${working + away} may, at least ${minimum} are needed.`;
      return fail(state.terms, tallyOf(state), 'updates', reason);
    }
    case 'open':
      return unchanged(state);
  }
}

function close(state: Updates): Step {
  return {
    state: { phase: 'closing', terms: state.terms, tally: tallyOf(state) },
    effects: [{ type: 'release', members: membersAt(state.cohort, 'working') }, { type: 'publish' }],
  };
}
