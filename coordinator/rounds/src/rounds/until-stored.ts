import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import { sleep } from '@murmuration/protocol/time/sleep';
import type { CoordinatorEvents } from '../events/events.ts';
import { retryAfter } from './group-commit.ts';

/** Whether the storage failed in a way that may pass: it is full, locked, read-only … */
export function isOutage(error: unknown): boolean {
  return error instanceof MurmurationError && error.code.startsWith('storage.') && error.retryable;
}

/**
 * Whether a failure is one of the storage, and none of what was to be stored: an outage, or another process has the storage. This one may then store
 * nothing, not that its round has failed either; the round goes on elsewhere, or here where the storage was wrong for a moment.
 */
export function isOfStorage(error: unknown): boolean {
  return isOutage(error) || (error instanceof MurmurationError && error.code === 'storage.in-use');
}

interface Waiting {
  readonly clock: Clock;
  readonly events: CoordinatorEvents;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
  readonly round?: RoundId;
  /** For the log, which hears of the first failure. */
  readonly where: string;
  /** Whether a failure may pass. */
  readonly outage: (error: unknown) => boolean;
  /** Hears of each failure that is followed by another try. */
  readonly failed?: (error: unknown) => void;
}

/**
 * Does `work` until it succeeds or fails with what is no outage; throws that, or the reason of `signal` where that is aborted
 * between two tries.
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
    await sleep(retryAfter, clock, signal);
  }
}
