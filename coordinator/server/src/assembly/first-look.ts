import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { isOutage, untilStored } from '@murmuration/rounds/rounds/until-stored';

export interface FirstLookPorts {
  readonly clock: Clock;
  readonly events: CoordinatorEvents;
  /** Called once, at the first failure, with the reason why the start waits. */
  readonly waits: (error: MurmurationError) => void;
  /** Called when the database answers after `waits`. */
  readonly answered: () => void;
}

/**
 * Repeats a start's first look at the leases until the database answers within the time limit of any look. A
 * slow or briefly unavailable database is no reason to exit. Throws errors that are no outage.
 */
export async function firstLook<Found>(
  look: () => Promise<Found>,
  { clock, events, waits, answered }: FirstLookPorts,
): Promise<Found> {
  let hasWaited = false;
  const found = await untilStored(look, {
    clock,
    events,
    // Ending the process ends this too.
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
