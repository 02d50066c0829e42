import type { IncomingMessage } from 'node:http';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Limits } from './limits.ts';

/** Calls `tooSlow`, once, if the body of a request brings too few bytes in some stretch of `patience`. */
export function watchReceiveRate(
  request: IncomingMessage,
  { slowest, patience }: Pick<Limits, 'slowest' | 'patience'>,
  clock: Clock,
  tooSlow: () => void,
): void {
  const { socket } = request;
  // A body without a length may end early, and is held to the rate until then.
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
  // A request answered before its body came gets no event when its connection ends.
  socket.once('close', stop);
}
