import type { Clock } from './clock.ts';

interface Deadline {
  readonly clock: Clock;
  /** ms. */
  readonly limit: number;
  /** Returns the error that is thrown after the limit. */
  readonly late: () => Error;
  /** Signal that also ends the wait once aborted. */
  readonly outer?: AbortSignal;
}

/**
 * Returns the result of `work` within a time limit. Throws `late()` after it, and the reason of `outer` once
 * that is aborted; the signal of `work` is aborted with the same error, and its later result is ignored.
 */
export async function withDeadline<Result>(
  { clock, limit, late, outer }: Deadline,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  outer?.throwIfAborted();
  const stop = new AbortController();
  const { signal } = stop;
  const onAbort = () => stop.abort(outer!.reason);
  outer?.addEventListener('abort', onAbort);
  const cancel = clock.at(clock.now() + limit, () => stop.abort(late()));
  try {
    const stopped = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
    );
    return await Promise.race([work(signal), stopped]);
  } finally {
    cancel();
    outer?.removeEventListener('abort', onAbort);
  }
}
