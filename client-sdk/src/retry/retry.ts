import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { sleep } from '@murmuration/protocol/time/sleep';
import { isOwnFailure } from '../storage/named-failures.ts';
import type { WakeSignal } from './wake-signal.ts';

/** Milliseconds between tries: doubled after each, up to `maxRetryMs`; 50 % to 150 % of that at random. */
const firstRetryMs = 500;
const maxRetryMs = 15_000;

export interface RetryPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Ends a pause early. */
  readonly wake?: WakeSignal;
}

/**
 * Runs `work` until it succeeds, or fails with an error that is not retryable. Throws that error, errors
 * of the device's own storage at once, or the reason of `signal` once it is aborted. The wake signal
 * ends a pause early, unless the error names the time after which to retry; if that is the turn of an
 * upload, the pause is on average at most twice that time. `failed` is called for each try that is
 * followed by another, with the pause in ms.
 */
export async function retry<Result>(
  work: () => Promise<Result>,
  { clock, random, wake }: RetryPorts,
  signal: AbortSignal,
  failed: (error: MurmurationError, pause: number) => void = () => {},
): Promise<Result> {
  for (let length = firstRetryMs; ; length = Math.min(2 * length, maxRetryMs)) {
    let failure: MurmurationError;
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof MurmurationError) || !error.retryable) throw error;
      // A full storage won't have room a moment later: the next check-in is soon enough.
      if (isOwnFailure(error)) throw error;
      failure = error;
    }
    const { after } = failure;
    // The upload waits for its turn (SPEC.md, UP18): a short wait must not become a long one.
    if (failure.code === 'update.too-many' && after !== undefined) length = Math.min(length, after);
    const pause = (after ?? 0) + Math.round(length * (0.5 + random(1)[0]! / 256));
    failed(failure, pause);
    const early = after === undefined && wake ? (now: () => void) => wake.once(now) : undefined;
    await sleep(pause, clock, signal, early);
  }
}
