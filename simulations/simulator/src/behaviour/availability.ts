import { chance } from './chance.ts';
import type { DeviceSettings } from './settings.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type Availability = DeviceSettings['availability'];

/**
 * Whether a device can be reached in an hour of its own day is drawn for each hour anew, by the share of that hour; its hours begin at a
 * moment of its own, so that devices don't come and go together.
 */
export class DailyRhythm {
  readonly #byHour: readonly number[];
  readonly #spread: number;
  readonly #seed: number;

  constructor({ byHour, spread }: Extract<Availability, { kind: 'diurnal' }>, seed: number) {
    this.#byHour = byHour;
    this.#spread = spread;
    this.#seed = seed;
  }

  /** `time` where the device can be reached then, else the beginning of the next hour in which it can. */
  nextOnline(device: number, time: number): number {
    const offset = this.#offset(device);
    let hour = Math.floor((time - offset) / HOUR);
    if (this.#isOnline(device, hour)) return time;
    // Some hour of the day has a share above 0, so that this ends, on average after a day or two even at small shares.
    do hour += 1;
    while (!this.#isOnline(device, hour));
    return hour * HOUR + offset;
  }

  /** The end of the hours in a row in which a device that can be reached at `time` can be. At most a year later. */
  onlineUntil(device: number, time: number): number {
    const offset = this.#offset(device);
    const last = Math.floor((time - offset) / HOUR) + 366 * 24;
    let hour = Math.floor((time - offset) / HOUR) + 1;
    while (hour < last && this.#isOnline(device, hour)) hour += 1;
    return hour * HOUR + offset;
  }

  #isOnline(device: number, hour: number): boolean {
    const hourOfDay = ((hour % 24) + 24) % 24;
    return chance(this.#seed, 'online', device, hour) < this.#byHour[hourOfDay]!;
  }

  /** How much later than in UTC the device's day begins. */
  #offset(device: number): number {
    return Math.floor(chance(this.#seed, 'midnight', device) * Math.min(this.#spread, DAY));
  }
}
