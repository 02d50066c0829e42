import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { planHash } from '@murmuration/protocol/secagg/context';
import {
  dealShares,
  enterRound,
  forgetRound,
  type InAgreement,
  maskUpdate,
  type Participant,
  type ParticipantContext,
  takeShares,
} from '@murmuration/protocol/secagg/participant';
import { revealShares, takeStatement } from '@murmuration/protocol/secagg/revealing';
import { restoreParticipant, saveParticipant } from '@murmuration/protocol/secagg/saved-participant';
import { noiseFor, prepareUpdate } from './prepare.ts';
import type { MaskedRound, MaskingStep, UpdateProcessor } from './update-processor.ts';

/** Returns the seed of `UpdateProcessor.draw`. */
export function ownSeed({ hkdf }: Primitives, secret: Uint8Array, task: TaskName, round: RoundId): number {
  const bytes = hkdf(secret, utf8(`murmuration own draw\n${task}\n${round}`), 4);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) >>> 1;
}

/** Returns an update processor in the caller's thread. */
export function localUpdateProcessor(primitives: Primitives, random: RandomBytes): UpdateProcessor {
  return {
    prepare: async (contribution, assignment) =>
      prepareUpdate(contribution, assignment, random, undefined, await noiseFor(assignment.plan)),
    masked: async ({ task, round, number, planBytes, identity, demands }) => {
      const plan = planHash(primitives, number, planBytes);
      const signing = primitives.ed25519.signingKey(identity);
      return maskedRound({ primitives, task, round, plan, identity: signing, demands }, random);
    },
    draw: async (...args) => ownSeed(primitives, ...args),
  };
}

function maskedRound(context: ParticipantContext, random: RandomBytes): MaskedRound {
  let state: Participant | undefined;
  const stand = (next: Participant): MaskingStep => {
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
    if (event === 'survivors' && state?.phase === 'agreement') return takeStatement(context, state, message);
    if (event === 'agreed' && state?.phase === 'unmasking') return revealShares(context, state, message);
    throw outOfTurn(event, state);
  };
  return {
    enter: async saved => stand(saved ? restoreParticipant(context, saved) : enterRound(context, random(32))),
    hear: async (event, message) => stand(next(event, message)),
    async mask(contribution, assignment) {
      const ready = state;
      if (ready?.phase !== 'updates') throw outOfTurn('mask', ready);
      const noisy = await noiseFor(assignment.plan);
      let masked: InAgreement | undefined;
      const mask = (elements: Int32Array, width: number) => {
        masked = maskUpdate(context, ready, elements, width);
      };
      const update = prepareUpdate(contribution, assignment, random, mask, noisy);
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
