import { chance } from './chance.ts';
import type { DeviceSettings } from './settings.ts';

/** From when on a device is there, and when it leaves for good; spans after the beginning, ms. */
export interface Life {
  readonly from: number;
  readonly until: number;
}

/** A device's life: newcomers come at moments spread evenly, and whoever is there leaves at the same rate, however long it has been there. */
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
