import { MurmurationError } from '@murmuration/protocol/errors';
import type { Platform } from '../platform.ts';
import { pause } from './pause.ts';

/** ms between tries: doubled after each, half as much more or less at random, up to the last. */
const firstPause = 500;
const longestPause = 15_000;

/**
 * Does `work` until it succeeds or an error says that another try can't help; throws that error, or the reason of `signal`
 * once it is aborted. An error that names the time after which to try again is obeyed. `failed` hears of each try that is
 * followed by another.
 */
export async function persist<Result>(
  work: () => Promise<Result>,
  { clock, random }: Pick<Platform, 'clock' | 'random'>,
  signal: AbortSignal,
  failed: (error: MurmurationError) => void = () => {},
): Promise<Result> {
  for (let length = firstPause; ; length = Math.min(2 * length, longestPause)) {
    let after: number;
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof MurmurationError) || !error.retryable) throw error;
      failed(error);
      after = error.after ?? 0;
    }
    await pause(after + Math.round(length * (0.5 + random(1)[0]! / 256)), clock, signal);
  }
}
