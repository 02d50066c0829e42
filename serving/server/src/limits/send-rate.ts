import type { ServerResponse } from 'node:http';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/**
 * Calls `tooSlow`, once, where too little of an answer is read while more of it waits. It is handed over in blocks of so many bytes, and
 * whether one was read shows when all of it was.
 */
export function watchSendRate(
  response: ServerResponse,
  { slowest, patience }: { readonly slowest: number; readonly patience: number },
  blockLength: number,
  clock: Clock,
  tooSlow: () => void,
): void {
  const { socket } = response;
  // Whoever is gone by now reads nothing, and no event says so any more.
  if (!socket || socket.destroyed) return;
  const stretch = Math.max(patience, (1_000 * blockLength) / slowest);
  const least = slowest * (stretch / 1_000);
  const left = () => socket.bytesWritten - socket.writableLength;
  let before = left();
  let waited = true;
  let cancel: Cancel = () => {};
  const arm = () => {
    cancel = clock.at(clock.now() + stretch, () => {
      const now = left();
      const waits = socket.writableLength > 0;
      // Where nothing waits it is not the reader who is slow.
      if (waits && waited && now - before < least) {
        tooSlow();
        return;
      }
      waited = waits;
      before = now;
      arm();
    });
  };
  arm();
  const stop = () => cancel();
  response.once('finish', stop).once('close', stop);
}
