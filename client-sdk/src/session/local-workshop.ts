import { MurmurationError } from '@murmuration/protocol/errors';
import type { RandomBytes } from '@murmuration/protocol/ports';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import {
  dealShares,
  enterRound,
  forgetRound,
  type InUnmasking,
  maskUpdate,
  type Participant,
  type ParticipantContext,
  revealShares,
  takeShares,
} from '@murmuration/protocol/secagg/participant';
import { restoreParticipant, saveParticipant } from '@murmuration/protocol/secagg/saved-participant';
import { prepareUpdate } from '../update/prepare.ts';
import type { MaskedRound, Standing, Workshop } from './workshop.ts';

/** Does it all in the thread of its caller. */
export function localWorkshop(primitives: Primitives, random: RandomBytes): Workshop {
  return {
    prepare: async (learned, assignment) => prepareUpdate(learned, assignment, random),
    masked: async ({ task, round, identity, demands }) =>
      maskedRound(
        { primitives, task, round, identity: primitives.ed25519.signingKey(identity), demands },
        random,
      ),
  };
}

function maskedRound(context: ParticipantContext, random: RandomBytes): MaskedRound {
  let state: Participant | undefined;
  const stand = (next: Participant): Standing => {
    state = next;
    return {
      phase: next.phase,
      message: 'message' in next ? next.message : new Uint8Array(0),
      saved: saveParticipant(next),
    };
  };
  const next = (event: string, message: Uint8Array): Participant => {
    if (event === 'roster' && state?.phase === 'keys') return dealShares(context, state, message);
    if (event === 'bundle' && state?.phase === 'shares') return takeShares(context, state, message);
    if (event === 'survivors' && (state?.phase === 'unmasking' || state?.phase === 'closing'))
      return revealShares(context, state, message);
    throw outOfTurn(event, state);
  };
  return {
    enter: async saved => stand(saved ? restoreParticipant(context, saved) : enterRound(context, random(32))),
    hear: async (event, message) => stand(next(event, message)),
    async mask(learned, assignment) {
      const ready = state;
      if (ready?.phase !== 'updates') throw outOfTurn('mask', ready);
      let masked: InUnmasking | undefined;
      const update = prepareUpdate(learned, assignment, random, elements => {
        masked = maskUpdate(context, ready, elements);
      });
      return { ...stand(masked!), update };
    },
    async forget() {
      if (state) forgetRound(state);
    },
  };
}

function outOfTurn(event: string, state: Participant | undefined): MurmurationError {
  return new MurmurationError(
    'training.failed',
    `A device in ${state?.phase ?? 'no phase'} has no ${event}.`,
  );
}
