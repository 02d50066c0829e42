import { untilAborted } from '@murmuration/protocol/concurrency/until-aborted';
import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';

/**
 * Returns the result of `work`, which is not begun if `signal` is aborted. Throws `code`, with the signal's
 * reason as its cause, as soon as it is aborted, even while `work` waits. Removes its listener once settled.
 */
export async function whileWanted<Result>(
  work: () => Promise<Result>,
  signal: AbortSignal | undefined,
  code: ErrorCode = 'app.aborted',
): Promise<Result> {
  if (!signal) return work();
  const aborted = () => new MurmurationError(code, undefined, { cause: signal.reason });
  if (signal.aborted) throw aborted();
  try {
    return await untilAborted(work(), signal);
  } catch (error) {
    throw signal.aborted && error === signal.reason ? aborted() : error;
  }
}
