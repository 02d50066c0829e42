import type { IncomingMessage } from 'node:http';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Limits } from './limits.ts';

/** Calls `tooSlow`, once, where the body of a request does not bring enough bytes in some stretch of the time it takes. */
export function watchReceiveRate(
  request: IncomingMessage,
  { slowest, patience }: Pick<Limits, 'slowest' | 'patience'>,
  clock: Clock,
  tooSlow: () => void,
): void {
  const { socket } = request;
  // One that does not say how long it is may end before, and is held to the rate until then.
  const length = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY);
  const least = Math.min(slowest * (patience / 1_000), length);
  let before = socket.bytesRead;
  let cancel: Cancel = () => {};
  const arm = () => {
    cancel = clock.at(clock.now() + patience, () => {
      if (request.complete) return;
      const brought = socket.bytesRead - before;
      if (brought < least) {
        tooSlow();
        return;
      }
      before = socket.bytesRead;
      arm();
    });
  };
  arm();
  const stop = () => {
    cancel();
    socket.off('close', stop);
  };
  request.once('end', stop).once('close', stop);
  // A request that was answered before its body had come does not hear of the end of its connection.
  socket.once('close', stop);
}
