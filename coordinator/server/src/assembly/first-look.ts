import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { isOutage, untilStored } from '@murmuration/rounds/rounds/until-stored';

export interface FirstLookPorts {
  readonly clock: Clock;
  readonly events: CoordinatorEvents;
  /** Hears why the start waits: once, at the first failure. */
  readonly waits: (error: MurmurationError) => void;
  /** The database has answered after that. */
  readonly answered: () => void;
}

/**
 * What a start asks of the leases, again until the database answers in the time that any look at them has: one that is slow, or away for a moment, is no
 * reason to end, as it is none later. Throws what is no outage.
 */
export async function firstLook<Found>(
  look: () => Promise<Found>,
  { clock, events, waits, answered }: FirstLookPorts,
): Promise<Found> {
  let hasWaited = false;
  const found = await untilStored(look, {
    clock,
    events,
    // Whoever ends the process before ends this with it.
    signal: new AbortController().signal,
    where: 'looking at the leases for the first time: the start waits until the database answers',
    outage: isOutage,
    failed(error) {
      if (!hasWaited) waits(error as MurmurationError);
      hasWaited = true;
    },
  });
  if (hasWaited) answered();
  return found;
}
