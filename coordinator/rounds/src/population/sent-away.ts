import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';

/** Most devices that are remembered; the ones sent away first are dropped first. */
const mostRemembered = 100_000;

/** Devices that were sent away and are expected back. */
export interface Expected {
  readonly devices: number;
  /** Time when the first of them comes back, ms since 1970; null if there is none. */
  readonly next: number | null;
}

/** Devices of one task that were asked to come back later and have not come yet. */
export class SentAway {
  readonly #due = new BoundedMap<DeviceId, number>(mostRemembered);

  /** Records that a device was asked to come back at `due`, ms since 1970, in place of an earlier time. */
  add(device: DeviceId, due: number): void {
    this.#due.set(device, due);
  }

  /** Removes a device that came back or is no longer expected. */
  remove(device: DeviceId): void {
    this.#due.delete(device);
  }

  /** Returns the devices still expected after `now`, ms since 1970, and drops those that are late. */
  expected(now: number): Expected {
    let next: number | null = null;
    for (const [device, due] of this.#due) {
      if (due < now) this.#due.delete(device);
      else if (next === null || due < next) next = due;
    }
    return { devices: this.#due.size, next };
  }
}
