import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { sleep } from '@murmuration/protocol/time/sleep';
import { isOwnFailure } from '../storage/named-failures.ts';
import type { WakeSignal } from './wake-signal.ts';

/** ms between tries: doubled after each, half as much more or less at random, up to the last. */
const firstPause = 500;
const longestPause = 15_000;

export interface RetryPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Ends a pause early. */
  readonly wake?: WakeSignal;
}

/**
 * Does `work` until it succeeds or an error says that another try can't help; throws that error, or the reason of `signal`
 * once it is aborted; what the device's own storage fails at is thrown at once. The wake signal ends the pause between two tries, but an error that names the time after which to try again is obeyed,
 * and where that is the turn of an upload, the pause is twice that time on average at most.
 * `failed` hears of each try that is followed by another, and after how many ms.
 */
export async function retry<Result>(
  work: () => Promise<Result>,
  { clock, random, wake }: RetryPorts,
  signal: AbortSignal,
  failed: (error: MurmurationError, pause: number) => void = () => {},
): Promise<Result> {
  for (let length = firstPause; ; length = Math.min(2 * length, longestPause)) {
    let failure: MurmurationError;
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof MurmurationError) || !error.retryable) throw error;
      // What the device can't store now it can't a moment later: the next check-in is soon enough.
      if (isOwnFailure(error)) throw error;
      failure = error;
    }
    const { after } = failure;
    // It waits for its turn (SPEC.md, UP18): whoever is told to come soon is to be there soon.
    if (failure.code === 'update.too-many' && after !== undefined) length = Math.min(length, after);
    const pause = (after ?? 0) + Math.round(length * (0.5 + random(1)[0]! / 256));
    failed(failure, pause);
    const early = after === undefined && wake ? (now: () => void) => wake.once(now) : undefined;
    await sleep(pause, clock, signal, early);
  }
}
