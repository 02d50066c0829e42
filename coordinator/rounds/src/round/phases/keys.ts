import { cohortOf } from '../cohort.ts';
import { dealGroups } from '../groups.ts';
import { openQuorum } from '../quorum.ts';
import { type Keys, type RoundEvent, type Step, survivorsOf } from '../round.ts';
import { collect, release } from './collecting.ts';
import { openShares } from './shares.ts';

/**
 * Devices in the graph for each wanted update: the surplus is shed before the graph has to survive its loss.
 */
export const inGraph = 1.05;

export function openKeys(drawn: Omit<Keys, 'phase' | 'quorum'>): Step {
  const { terms, cohort, deadlines } = drawn;
  const goal = Math.min(Math.ceil(terms.goal * inGraph), cohort.members.length);
  return {
    state: { ...drawn, phase: 'keys', quorum: openQuorum(goal, terms.minimum, deadlines.keys) },
    effects: [{ type: 'wake', time: deadlines.keys }],
  };
}

export function keys(state: Keys, event: RoundEvent): Step {
  return collect(state, event, closed => {
    const { members, earlier } = survivorsOf(closed);
    const { terms, deadlines } = closed;
    const dealt = dealGroups(members, terms.kind === 'grouped' ? terms.groups.count : 1);
    const { state: next, effects } = openShares({ terms, deadlines, earlier, cohort: cohortOf(dealt) });
    return { state: next, effects: [release(closed), ...effects] };
  });
}
