import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import { sleep } from '@murmuration/protocol/time/sleep';
import type { CoordinatorEvents } from '../events/events.ts';
import { commitRetryMs } from './group-commit.ts';

/** True if the storage failed in a way that may pass: it is full, locked, read-only … */
export function isOutage(error: unknown): boolean {
  return error instanceof MurmurationError && error.code.startsWith('storage.') && error.retryable;
}

/**
 * True if the failure is that of the storage rather than of the data: an outage, or another process has the
 * storage. This process may then store nothing, not even that its round has failed; the round goes on
 * elsewhere, or here if the storage was wrong for a moment.
 */
export function isOfStorage(error: unknown): boolean {
  return isOutage(error) || (error instanceof MurmurationError && error.code === 'storage.in-use');
}

interface Waiting {
  readonly clock: Clock;
  readonly events: CoordinatorEvents;
  /** Aborted when the result is no longer waited for. */
  readonly signal: AbortSignal;
  readonly round?: RoundId;
  /** Name of the work for the log, which gets only the first failure. */
  readonly where: string;
  /** True if a failure may pass. */
  readonly outage: (error: unknown) => boolean;
  /** Called with each failure that is followed by another try. */
  readonly failed?: (error: unknown) => void;
}

/**
 * Repeats `work` until it succeeds or fails other than by an outage; throws that error, or the reason of
 * `signal` if that is aborted between two tries.
 */
export async function untilStored<Result>(
  work: () => Promise<Result>,
  { clock, events, signal, round, where, outage, failed }: Waiting,
): Promise<Result> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!outage(error)) throw error;
      if (tries === 0) events.emit('fault', where, error, round);
      failed?.(error);
    }
    await sleep(commitRetryMs, clock, signal);
  }
}
