import { MurmurationError } from '@murmuration/protocol/errors';
import type { Platform } from '../platform.ts';
import type { Nudge } from './nudge.ts';
import { pause } from './pause.ts';

/** ms between tries: doubled after each, half as much more or less at random, up to the last. */
const firstPause = 500;
const longestPause = 15_000;

/**
 * Does `work` until it succeeds or an error says that another try can't help; throws that error, or the reason of `signal`
 * once it is aborted. A nudge ends the pause between two tries, but an error that names the time after which to try again is obeyed.
 * `failed` hears of each try that is followed by another.
 */
export async function persist<Result>(
  work: () => Promise<Result>,
  { clock, random, nudge }: Pick<Platform, 'clock' | 'random'> & { readonly nudge?: Nudge },
  signal: AbortSignal,
  failed: (error: MurmurationError) => void = () => {},
): Promise<Result> {
  for (let length = firstPause; ; length = Math.min(2 * length, longestPause)) {
    let after: number | undefined;
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof MurmurationError) || !error.retryable) throw error;
      failed(error);
      after = error.after;
    }
    const jittered = Math.round(length * (0.5 + random(1)[0]! / 256));
    await pause((after ?? 0) + jittered, clock, signal, after === undefined ? nudge : undefined);
  }
}
