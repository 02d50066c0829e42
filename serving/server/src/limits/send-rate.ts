import type { ServerResponse } from 'node:http';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/**
 * Calls `tooSlow`, once, if too little of an answer is read while more of it waits. The answer is handed over
 * in blocks of `blockLength` bytes, and only a completely read block counts.
 */
export function watchSendRate(
  response: ServerResponse,
  { slowest, patience }: { readonly slowest: number; readonly patience: number },
  blockLength: number,
  clock: Clock,
  tooSlow: () => void,
): void {
  const { socket } = response;
  // A socket that is already closed emits no further event.
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
      // Without waiting data, the reader is not the slow side.
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
