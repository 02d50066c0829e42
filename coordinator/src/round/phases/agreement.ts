import { cohortOf, stand } from '../cohort.ts';
import { openQuorum } from '../quorum.ts';
import { type Agreement, type RoundEvent, type Step, unchanged } from '../round.ts';
import { collect, failed } from './collecting.ts';
import { openUnmasking } from './unmasking.ts';

/** Waits until everybody whose update counts has agreed to the one statement of that; enough is less, but who answers later helps. */
export function openAgreement(summed: Omit<Agreement, 'phase' | 'quorum' | 'isSettled'>): Step {
  const { cohort, deadlines } = summed;
  const all = cohort.members.length;
  return {
    state: {
      ...summed,
      phase: 'agreement',
      isSettled: false,
      quorum: openQuorum(all, 0, deadlines.agreement),
    },
    effects: [
      { type: 'open', phase: 'agreement', members: cohort.members },
      { type: 'wake', time: deadlines.agreement },
    ],
  };
}

export function agreement(state: Agreement, event: RoundEvent): Step {
  if (event.type === 'settled') {
    const settled: Agreement = { ...state, isSettled: true };
    return stand(state.cohort, event.assignment, 'counted') === state.cohort
      ? unchanged(state)
      : agreement(settled, { type: 'counted', assignment: event.assignment });
  }
  return collect(state, event, closed => {
    const { terms, deadlines, earlier, cohort, quorum } = closed;
    // Whoever has not agreed yet may still do so, and reveal.
    if (closed.isSettled)
      return openUnmasking({ terms, deadlines, earlier, cohort: cohortOf(cohort.members, cohort.gone) });
    return failed(
      closed,
      `${quorum.accepted} of ${cohort.members.length} contributors agreed to whose updates count, too few to take the masks off.`,
    );
  });
}
