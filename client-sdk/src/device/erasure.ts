import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { decodeFrame } from '@murmuration/protocol/messages/frame';
import { challenge } from '@murmuration/protocol/messages/hello';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Transport } from '../transport/transport.ts';
import type { Handshake } from './handshake.ts';

/** Most ms of waiting for the coordinator. */
const erasureTimeoutMs = 20_000;

/**
 * Has the coordinator forget this device, over a connection of its own. Throws `server.unreachable` if that
 * takes more than 20 s, the error of a refusal, and the reason of `signal` once it is aborted.
 */
export function requestErasure(
  handshake: Handshake,
  transport: Transport,
  clock: Clock,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      cancel();
      signal?.removeEventListener('abort', stop);
      transport.close();
      settle();
    };
    const stop = () => end(() => reject(signal?.reason));
    signal?.addEventListener('abort', stop);
    const cancel = clock.at(clock.now() + erasureTimeoutMs, () =>
      end(() =>
        reject(
          new MurmurationError(
            'server.unreachable',
            'Everything on this device is erased; the coordinator hears of it once this is asked for again, or the client is started.',
          ),
        ),
      ),
    );
    const answer = async (frame: Uint8Array): Promise<void> => {
      try {
        await handshake.requestErasure(decodeFrame(frame, challenge));
        end(resolve);
      } catch (error) {
        // The connection may come again, with another challenge.
        if (!(error instanceof MurmurationError) || !error.retryable) end(() => reject(error));
      }
    };
    transport.open({
      disconnected() {},
      message(event, frame) {
        if (event === 'challenge') void answer(frame);
      },
    });
  });
}
