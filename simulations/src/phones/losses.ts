import type { Transport } from '@murmuration/client-sdk/transport/transport';
import { MurmurationError } from '@murmuration/protocol/errors';
import { decodeFrame } from '@murmuration/protocol/messages/frame';
import { maskingContribution } from '@murmuration/protocol/messages/masking';
import { type Losses, type LossPhase, silencedAt } from '../devices/losses.ts';

const phaseOf = { keys: 'keys', shares: 'shares', agree: 'agreement', reveal: 'unmasking' } as const;

/** A transport that loses what the phone sends in the phase in which it falls silent, in the rounds in which it does. */
export function losing(transport: Transport, phone: number, losses: Losses): Transport {
  const isLost = (phase: LossPhase, round: string) => silencedAt(losses, 0, phone, round) === phase;
  const lost = () => new MurmurationError('server.unreachable', 'This phone was made to fall silent.');
  return {
    ...transport,
    async request(event, frame) {
      const phase = phaseOf[event as keyof typeof phaseOf];
      if (phase && isLost(phase, decodeFrame(frame, maskingContribution).round)) throw lost();
      return transport.request(event, frame);
    },
    async upload(path, rights, bytes, signal) {
      if (isLost('updates', path.split('/')[3]!)) throw lost();
      return transport.upload(path, rights, bytes, signal);
    },
  };
}
