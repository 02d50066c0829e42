import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { decodeAck, encodeFrame } from '@murmuration/protocol/messages/frame';
import type { MaskingContribution } from '@murmuration/protocol/messages/masking';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import * as z from 'zod/mini';
import { demandsOf } from '../floors/require-plan.ts';
import { retry } from '../retry/retry.ts';
import type { MaskedRoundSetup, MaskingStep, UpdateProcessor } from '../update/update-processor.ts';
import type { Inbox } from './inbox.ts';
import { Making } from './making.ts';
import type { RoundPorts, SessionPorts } from './ports.ts';
import type { Report } from './report.ts';
import type { SavedSession } from './saved-session.ts';
import { upload } from './upload.ts';

interface MaskedPart {
  readonly assignment: Assignment;
  readonly masking: MaskingSettings;
  readonly inbox: Inbox<MaskingEvent>;
  /** Session of this assignment, saved before a restart. */
  readonly saved: SavedSession | undefined;
  readonly updateProcessor: UpdateProcessor;
  /** Called before the device's last message. */
  reveals(): void;
}

/**
 * Runs the device's side of secure aggregation, phase by phase: keys → shares → updates → agreement →
 * unmasking → closing. The contribution is made from the first phase on. From the masked update on,
 * each state is saved before the first message that depends on it, so that a restarted device neither
 * masks a second update nor signs a second statement. Before that, only the start is saved: a device
 * that restarts then leaves the round.
 */
export async function contributeMasked(
  part: MaskedPart,
  ports: RoundPorts,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  const { assignment, inbox, saved, updateProcessor } = part;
  const { store } = ports;
  let update = saved?.update;
  const round = await updateProcessor.masked(termsOf(part, ports));
  const making = new Making(ports.part, signal, report);
  const send = sender(assignment, ports, making.signal);
  const enter = async (next: MaskingStep): Promise<MaskingStep> => {
    // A device no longer needs its update once a statement counts it.
    const sends = next.phase === 'agreement' ? update : undefined;
    if (isMasked(next)) await store.save({ assignment, participant: next.saved, update: sends });
    return next;
  };
  const hear = async (event: MaskingEvent) =>
    enter(await round.hear(event, await inbox.next(event, making.signal)));
  // An agreement that is not sufficient reveals nothing, and another one may follow.
  const agreed = async (): Promise<MaskingStep> => {
    for (;;) {
      try {
        return await hear('agreed');
      } catch (error) {
        if (!(error instanceof MurmurationError) || error.code !== 'secagg.agreement') throw error;
        ports.emit('error', error);
        inbox.discard('agreed');
      }
    }
  };
  try {
    if (saved && !saved.participant) throw new MurmurationError('round.begun');
    if (!saved) await store.save({ assignment });
    let standing = await round.enter(saved?.participant);
    for (;;) {
      const { phase, message } = standing;
      switch (phase) {
        case 'keys':
          report('keys', 0);
          making.begin();
          await send('keys', message);
          standing = await hear('roster');
          break;
        case 'shares':
          report('shares', 0);
          await send('shares', message);
          standing = await hear('bundle');
          break;
        case 'updates': {
          const masked = await round.mask(await making.made(), assignment);
          update = masked.update;
          standing = await enter(masked);
          break;
        }
        case 'agreement':
          await upload(assignment, update!, message, ports, making.signal, report);
          report('agreement', 0);
          standing = await hear('survivors');
          break;
        case 'unmasking':
          await send('agree', message);
          report('unmasking', 0);
          standing = await agreed();
          break;
        case 'closing':
          part.reveals();
          await send('reveal', message);
          return;
      }
    }
  } finally {
    await making.end();
    await round.forget();
  }
}

/** True once the update is masked: the state then no longer has the secrets of the masks. */
function isMasked({ phase }: MaskingStep): boolean {
  return phase === 'agreement' || phase === 'unmasking' || phase === 'closing';
}

function termsOf({ assignment, masking }: MaskedPart, ports: RoundPorts): MaskedRoundSetup {
  const { round, number, planBytes } = assignment;
  const { task, identity, floors, platform, part } = ports;
  const demands = demandsOf(masking, floors, platform.clock.now(), part.smallestSum);
  return { task, round, number, planBytes, identity: identity().seed, demands };
}

/** Returns a function that sends a phase's message until the coordinator has accepted it. */
function sender(
  { round, assignment }: Assignment,
  { transport, platform }: SessionPorts,
  signal: AbortSignal,
) {
  return (event: 'keys' | 'shares' | 'agree' | 'reveal', message: Uint8Array): Promise<null> => {
    const contribution: MaskingContribution = { round, assignment, message };
    const frame = encodeFrame(contribution);
    return retry(async () => decodeAck(await transport.request(event, frame), z.null()), platform, signal);
  };
}
