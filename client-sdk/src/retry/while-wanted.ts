import { untilAborted } from '@murmuration/protocol/concurrency/until-aborted';
import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';

/**
 * The result of `work`, which is not begun once `signal` is aborted; throws `code`, with the reason of the signal as its cause, as soon as that is
 * aborted, whatever the work waits for. Nothing listens to the signal once it has settled.
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
