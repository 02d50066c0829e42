import { cohortOf } from '../cohort.ts';
import { openQuorum } from '../quorum.ts';
import { type RoundEvent, type Shares, type Step, survivorsOf } from '../round.ts';
import { collect, release } from './collecting.ts';
import { openUpdates } from './updates.ts';

/** Waits for the shares of every device in the graph: one whose shares are missing is out of the sum. */
export function openShares(keyed: Omit<Shares, 'phase' | 'quorum'>): Step {
  const { terms, cohort, deadlines } = keyed;
  return {
    state: {
      ...keyed,
      phase: 'shares',
      quorum: openQuorum(cohort.members.length, terms.minimum, deadlines.shares),
    },
    effects: [
      { type: 'open', phase: 'shares', members: cohort.members },
      { type: 'wake', time: deadlines.shares },
    ],
  };
}

export function shares(state: Shares, event: RoundEvent): Step {
  return collect(state, event, closed => {
    const { members, earlier } = survivorsOf(closed);
    const { terms, deadlines } = closed;
    const { state: next, effects } = openUpdates({ terms, deadlines, earlier, cohort: cohortOf(members) });
    return {
      state: next,
      effects: [release(closed), { type: 'open', phase: 'updates', members }, ...effects],
    };
  });
}
