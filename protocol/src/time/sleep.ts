import type { Cancel, Clock } from './clock.ts';

/**
 * Resolves after `ms`, or when `early` calls the function it is given. Rejects with the reason of `signal`
 * once that is aborted.
 */
export function sleep(
  ms: number,
  clock: Clock,
  signal: AbortSignal,
  early?: (wake: () => void) => Cancel,
): Promise<void> {
  return untilTime(clock.now() + ms, clock, signal, early);
}

/** Sleeps until `time`, ms since 1970, as `sleep` does. */
export function untilTime(
  time: number,
  clock: Clock,
  signal: AbortSignal,
  early?: (wake: () => void) => Cancel,
): Promise<void> {
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
    const cancel = clock.at(time, wake);
    const ignore = early?.(wake);
    signal.addEventListener('abort', stop, { once: true });
  });
}
