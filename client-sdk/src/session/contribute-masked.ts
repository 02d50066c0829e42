import { decodeAck, encodeFrame } from '@murmuration/protocol/messages/frame';
import type { MaskingContribution } from '@murmuration/protocol/messages/masking';
import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
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
import * as z from 'zod/mini';
import { prepareUpdate } from '../update/prepare.ts';
import { demandsOf } from './floors.ts';
import type { Inbox } from './inbox.ts';
import { learn } from './learn.ts';
import { persist } from './persist.ts';
import type { SessionPorts } from './ports.ts';
import type { Report } from './report.ts';
import type { SavedSession } from './saved-session.ts';
import { upload } from './upload.ts';

/** What the coordinator gives to a device at the beginning of a phase of masking. */
export type MaskingEvent = 'roster' | 'bundle' | 'survivors';

export interface MaskedPart {
  readonly assignment: Assignment;
  readonly masking: MaskingSettings;
  readonly inbox: Inbox<MaskingEvent>;
  /** What was saved for this assignment before a restart. */
  readonly saved: SavedSession | undefined;
}

/**
 * The device's side of secure aggregation, a phase at a time: keys → shares → updates → unmasking → closing. Each
 * state is saved before the first message that follows from it, so that a device that restarts goes on where it was, and neither
 * masks a second update nor answers a second statement.
 */
export async function contributeMasked(
  part: MaskedPart,
  ports: SessionPorts,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  const { assignment, inbox, saved } = part;
  const { store, platform } = ports;
  const context = contextOf(part, ports);
  const send = sender(assignment, ports, signal);
  let update = saved?.update;
  let state: Participant;
  const enter = async <Next extends Participant>(next: Next): Promise<Next> => {
    state = next;
    await store.save({ assignment, participant: saveParticipant(next), update });
    return next;
  };
  state = saved?.participant
    ? restoreParticipant(context, saved.participant)
    : await enter(enterRound(context, platform.random(32)));
  try {
    for (;;) {
      switch (state.phase) {
        case 'keys':
          report('keys', 0);
          await send('keys', state.message);
          state = await enter(dealShares(context, state, await inbox.next('roster', signal)));
          break;
        case 'shares':
          report('shares', 0);
          await send('shares', state.message);
          state = await enter(takeShares(context, state, await inbox.next('bundle', signal)));
          break;
        case 'updates': {
          const { phase: _, ...ready } = state;
          const learned = await learn(assignment, ports, signal, report);
          let next: InUnmasking | undefined;
          update = prepareUpdate(learned, assignment, platform.random, elements => {
            next = maskUpdate(context, { phase: 'updates', ...ready }, elements);
          });
          state = await enter(next!);
          break;
        }
        case 'unmasking':
          await upload(assignment, update!, ports, signal, report);
          report('unmasking', 0);
          state = await enter(revealShares(context, state, await inbox.next('survivors', signal)));
          break;
        case 'closing':
          await send('reveal', state.message);
          return;
      }
    }
  } finally {
    forgetRound(state);
  }
}

function contextOf(
  { assignment, masking }: MaskedPart,
  { task, platform, identity, floors }: SessionPorts,
): ParticipantContext {
  return {
    primitives: platform.primitives,
    task,
    round: assignment.round,
    identity: identity(),
    demands: demandsOf(masking, floors),
  };
}

/** Sends the message of a phase until the coordinator has taken it. */
function sender(
  { round, assignment }: Assignment,
  { transport, platform }: SessionPorts,
  signal: AbortSignal,
) {
  return (event: 'keys' | 'shares' | 'reveal', message: Uint8Array): Promise<null> => {
    const contribution: MaskingContribution = { round, assignment, message };
    const frame = encodeFrame(contribution);
    return persist(async () => decodeAck(await transport.request(event, frame), z.null()), platform, signal);
  };
}
