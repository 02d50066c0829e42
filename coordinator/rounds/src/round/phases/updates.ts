import { cohortOf, membersAt } from '../cohort.ts';
import { openQuorum } from '../quorum.ts';
import { type RoundEvent, type Step, survivorsOf, tallyOf, type Updates } from '../round.ts';
import { openAgreement } from './agreement.ts';
import { collect, release } from './collecting.ts';
import { openUnmasking } from './unmasking.ts';

/**
 * Collects updates up to the goal. With masking it waits for all: closing early would turn the rest into
 * losses, which the graph would have to survive.
 */
export function openUpdates(ready: Omit<Updates, 'phase' | 'quorum'>): Step {
  const { terms, cohort, deadlines } = ready;
  const all = cohort.members.length;
  const goal = terms.plan.masking ? all : Math.min(terms.goal, all);
  return {
    state: { ...ready, phase: 'updates', quorum: openQuorum(goal, terms.minimum, deadlines.updates) },
    effects: [{ type: 'wake', time: deadlines.updates }],
  };
}

export function updates(state: Updates, event: RoundEvent): Step {
  return collect(state, event, closed => {
    const { terms, deadlines } = closed;
    if (!terms.plan.masking) {
      const contributors = membersAt(closed.cohort, 'counted');
      const next = { phase: 'closing', terms, contributors, tally: tallyOf(closed) } as const;
      return { state: next, effects: [release(closed), { type: 'publish' }] };
    }
    const { members, earlier } = survivorsOf(closed);
    const summed = { terms, deadlines, earlier, cohort: cohortOf(members, closed.cohort.gone) };
    // A coordinator that follows the protocol needs no agreement.
    const { state: next, effects } =
      terms.plan.masking.threat === 'honest-but-curious' ? openUnmasking(summed) : openAgreement(summed);
    return { state: next, effects: [release(closed), ...effects] };
  });
}
