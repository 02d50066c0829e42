import { agreement } from './phases/agreement.ts';
import { buffering, isBuffer } from './phases/buffering.ts';
import { closing } from './phases/closing.ts';
import { gathering } from './phases/gathering.ts';
import { keys } from './phases/keys.ts';
import { shares } from './phases/shares.ts';
import { unmasking } from './phases/unmasking.ts';
import { updates } from './phases/updates.ts';
import { shifted } from './re-anchor.ts';
import { type RoundEvent, type RoundState, type Step, unchanged } from './round.ts';

/**
 * Makes one step of a round. It is pure, so that a history of events can be replayed. An event that a state
 * does
 * not expect leaves it as it is.
 *
 *     gathering → keys → shares → updates → agreement → unmasking → closing → published
 *
 * A plan without masking goes from gathering to updates to closing; one that masks against an
 * honest-but-curious
 * coordinator needs no agreement. A round may fail from each phase but the last. A buffer of an asynchronous
 * task begins with updates.
 */
export function transition(state: RoundState, event: RoundEvent): Step {
  if (event.type === 'shifted') return shifted(state, event.by);
  const step = stepOf(state, event);
  if (event.type !== 'abort' || !event.endedBy || step.state === state || step.state.phase !== 'failed')
    return step;
  return { ...step, state: { ...step.state, endedBy: event.endedBy } };
}

function stepOf(state: RoundState, event: Exclude<RoundEvent, { readonly type: 'shifted' }>): Step {
  switch (state.phase) {
    case 'gathering':
      return gathering(state, event);
    case 'keys':
      return keys(state, event);
    case 'shares':
      return shares(state, event);
    case 'updates':
      return isBuffer(state) ? buffering(state, event) : updates(state, event);
    case 'agreement':
      return agreement(state, event);
    case 'unmasking':
      return unmasking(state, event);
    case 'closing':
      return closing(state, event);
    case 'published':
    case 'failed':
      return unchanged(state);
  }
}
