import { closing } from './phases/closing.ts';
import { gathering } from './phases/gathering.ts';
import { updates } from './phases/updates.ts';
import { type RoundEvent, type RoundState, type Step, unchanged } from './round.ts';

/**
 * One step of a round: pure, so that a history of events can be replayed. What a state does not expect leaves it as it
 * is. Phases follow one another as gathering → updates → closing → published, each may end in failed; the phases of
 * secure aggregation (keys, shares before, unmasking after updates) take their places in this list.
 */
export function transition(state: RoundState, event: RoundEvent): Step {
  switch (state.phase) {
    case 'gathering':
      return gathering(state, event);
    case 'updates':
      return updates(state, event);
    case 'closing':
      return closing(state, event);
    case 'published':
    case 'failed':
      return unchanged(state);
  }
}
