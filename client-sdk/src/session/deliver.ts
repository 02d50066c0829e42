import type { CoordinatorEvent } from '@murmuration/protocol/messages/channel';
import { comeBack } from '@murmuration/protocol/messages/check-in';
import { decodeFrame } from '@murmuration/protocol/messages/frame';
import { maskingInput } from '@murmuration/protocol/messages/masking';
import { decodeAssignment, roundEnd } from '@murmuration/protocol/messages/round';
import type { Session } from './session.ts';

/** Passes a round's message to all sessions; each checks that it is addressed. Throws `protocol.frame`. */
export function deliver(
  event: Exclude<CoordinatorEvent, 'challenge' | 'serve'>,
  frame: Uint8Array,
  sessions: readonly Session[],
): void {
  switch (event) {
    case 'assignment': {
      const message = decodeAssignment(frame);
      for (const session of sessions) session.assigned(message, frame.length);
      return;
    }
    case 'roster':
    case 'bundle':
    case 'survivors':
    case 'agreed': {
      const message = decodeFrame(frame, maskingInput);
      for (const session of sessions) session.fed(event, message, frame.length);
      return;
    }
    case 'come-back': {
      const message = decodeFrame(frame, comeBack);
      for (const session of sessions) session.recalled(message);
      return;
    }
    case 'round-end': {
      const message = decodeFrame(frame, roundEnd);
      for (const session of sessions) session.roundEnded(message);
    }
  }
}
