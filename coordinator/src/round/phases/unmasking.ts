import { openQuorum } from '../quorum.ts';
import { type RoundEvent, type Step, tallyOf, type Unmasking } from '../round.ts';
import { collect, failed } from './collecting.ts';

/** Waits until what the contributors reveal is enough, which is before all have answered. */
export function openUnmasking(summed: Omit<Unmasking, 'phase' | 'quorum'>): Step {
  const { cohort, deadlines } = summed;
  const all = cohort.members.length;
  return {
    state: { ...summed, phase: 'unmasking', quorum: openQuorum(all, 0, deadlines.unmasking) },
    effects: [
      { type: 'open', phase: 'unmasking', members: cohort.members },
      { type: 'wake', time: deadlines.unmasking },
    ],
  };
}

export function unmasking(state: Unmasking, event: RoundEvent): Step {
  if (event.type === 'unmaskable') {
    const { terms, cohort } = state;
    return {
      state: { phase: 'closing', terms, contributors: cohort.members, tally: tallyOf(state) },
      effects: [{ type: 'publish' }],
    };
  }
  return collect(state, event, closed => {
    const { accepted } = closed.quorum;
    return failed(
      closed,
      `${accepted} of ${closed.cohort.members.length} contributors revealed shares, too few to take the masks off.`,
    );
  });
}
