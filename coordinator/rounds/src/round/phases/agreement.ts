import { cohortOf, stand } from '../cohort.ts';
import { groupOf } from '../groups.ts';
import { openQuorum } from '../quorum.ts';
import { type Agreement, type RoundEvent, type Step, unchanged, withGroups } from '../round.ts';
import { collect, failed, releaseOthers } from './collecting.ts';
import { openUnmasking } from './unmasking.ts';

/**
 * Waits until every contributor has agreed to the statement of whose updates count. Fewer are enough, but
 * later answers help.
 */
export function openAgreement(summed: Omit<Agreement, 'phase' | 'quorum' | 'settled'>): Step {
  const { cohort, deadlines } = summed;
  const all = cohort.members.length;
  return {
    state: {
      ...summed,
      phase: 'agreement',
      settled: new Set(),
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
    const { members, positions } = state.cohort;
    if (stand(state.cohort, event.assignment, 'counted') === state.cohort) return unchanged(state);
    const group = groupOf(members[positions.get(event.assignment)!]!);
    const settled: Agreement = { ...state, settled: new Set([...state.settled, group]) };
    return agreement(settled, { type: 'counted', assignment: event.assignment });
  }
  return collect(state, event, closed => {
    const { quorum, terms, settled } = closed;
    const { cohort, deadlines, earlier } = withGroups(closed, settled);
    if (settled.size === 0)
      return failed(
        closed,
        `${quorum.accepted} of ${closed.cohort.members.length} contributors agreed to whose updates count, too few to take the masks off.`,
      );
    if (cohort.members.length < terms.minimum)
      return failed(
        closed,
        `Groups with ${cohort.members.length} contributors agreed to whose updates count; at least ${terms.minimum} are needed.`,
      );
    // Members that have not agreed yet may still do so, and reveal.
    const summed = { terms, deadlines, earlier, cohort: cohortOf(cohort.members, cohort.gone) };
    const { state: next, effects } = openUnmasking(summed);
    return { state: next, effects: [...releaseOthers(closed, cohort), ...effects] };
  });
}
