import type { Clock } from '@murmuration/protocol/ports';
import type { Nudge } from './nudge.ts';

/** Waits `ms`, or until the next nudge; throws the reason of `signal` as soon as that is aborted. */
export function pause(ms: number, clock: Clock, signal: AbortSignal, nudge?: Nudge): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => {
      cancel();
      ignore?.();
      reject(signal.reason);
    };
    const wake = () => {
      cancel();
      ignore?.();
      signal.removeEventListener('abort', stop);
      resolve();
    };
    const cancel = clock.at(clock.now() + ms, wake);
    const ignore = nudge?.next(wake);
    signal.addEventListener('abort', stop, { once: true });
  });
}
