import type { Transport, TransportListener } from '@murmuration/client-sdk/transport/transport';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { decodeFrame } from '@murmuration/protocol/messages/frame';
import { maskingContribution } from '@murmuration/protocol/messages/masking';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { type Losses, type LossPhase, silencedAt } from '@murmuration/simulations/behaviour/losses';

const phaseOf = { keys: 'keys', shares: 'shares', agree: 'agreement', reveal: 'unmasking' } as const;

/**
 * Wraps a transport so that it loses what the phone sends in the phase in which it falls silent, in the
 * rounds in which it does. With `gone` it also loses its connection, for `ms` milliseconds.
 */
export function losing(
  transport: Transport,
  phone: number,
  losses: Losses,
  gone?: { readonly clock: Clock; readonly ms: number },
): Transport {
  let listener: TransportListener | undefined;
  let back: Cancel | undefined;
  const isLost = (phase: LossPhase, round: string) => silencedAt(losses, 0, phone, round) === phase;
  const lose = (): never => {
    if (gone && listener && !back) {
      const heard = listener;
      transport.close();
      heard.disconnected('this phone was made to fall silent');
      back = gone.clock.at(gone.clock.now() + gone.ms, () => {
        back = undefined;
        transport.open(heard);
      });
    }
    throw new MurmurationError('server.unreachable', 'This phone was made to fall silent.');
  };
  return {
    ...transport,
    open(heard) {
      listener = heard;
      transport.open(heard);
    },
    close() {
      listener = undefined;
      back?.();
      back = undefined;
      transport.close();
    },
    async request(event, frame) {
      const phase = phaseOf[event as keyof typeof phaseOf];
      if (phase && isLost(phase, decodeFrame(frame, maskingContribution).round)) lose();
      return transport.request(event, frame);
    },
    async upload(path, rights, bytes, signal) {
      if (isLost('updates', path.split('/')[3]!)) lose();
      return transport.upload(path, rights, bytes, signal);
    },
  };
}
