import { chance } from './chance.ts';
import type { DeviceSettings } from './settings.ts';

/** Arrival and final departure of a device, in ms after the run's start. */
export interface Life {
  readonly from: number;
  readonly until: number;
}

/**
 * Draws a device's life. Newcomers arrive uniformly over `arrivals`; lifetimes are exponential with mean
 * `meanLife`, so the rate of leaving doesn't depend on age.
 */
export function lifeOf(
  { meanLife, newcomers, arrivals }: DeviceSettings['churn'],
  seed: number,
  device: number,
): Life {
  const isNewcomer = chance(seed, 'newcomer', device) < newcomers;
  const from = isNewcomer ? chance(seed, 'arrival', device) * arrivals : 0;
  const life =
    meanLife === null ? Number.POSITIVE_INFINITY : -meanLife * Math.log(1 - chance(seed, 'life', device));
  return { from, until: from + life };
}
