import { chance } from './chance.ts';
import type { DeviceSettings } from './settings.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type Availability = DeviceSettings['availability'];

/**
 * Daily rhythm of devices. Each hour is drawn independently, with the share of that hour of the device's day.
 * Hours of each device begin at a different moment, so that devices don't come and go together.
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

  /** Returns `time` if the device is online then, or the start of its next online hour. */
  nextOnline(device: number, time: number): number {
    const offset = this.#offset(device);
    let hour = Math.floor((time - offset) / HOUR);
    if (this.#isOnline(device, hour)) return time;
    // Ends because some hour has a share above 0: after a day or two on average, even at small shares.
    do hour += 1;
    while (!this.#isOnline(device, hour));
    return hour * HOUR + offset;
  }

  /** Returns the end of the run of online hours that contains `time`, at most a year later. */
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

  /** Returns the device's offset from UTC in ms. */
  #offset(device: number): number {
    return Math.floor(chance(this.#seed, 'midnight', device) * Math.min(this.#spread, DAY));
  }
}
