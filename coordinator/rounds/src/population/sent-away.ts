import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';

/** Devices whose time is remembered; beyond that those are forgotten that were told first. */
const mostRemembered = 100_000;

/** Who was sent away, and when they come back. */
export interface Expected {
  readonly devices: number;
  /** When the first of them comes back, ms since 1970; null where nobody was sent away. */
  readonly next: number | null;
}

/** Devices of one task that were told to come back later and have not done so yet. */
export class SentAway {
  readonly #due = new BoundedMap<DeviceId, number>(mostRemembered);

  /** A device was told to come back at `due`, ms since 1970; what it was told before no longer holds. */
  add(device: DeviceId, due: number): void {
    this.#due.set(device, due);
  }

  /** The device has come back, or is not expected any more. */
  remove(device: DeviceId): void {
    this.#due.delete(device);
  }

  /** Those who are still to come after `now`, ms since 1970; whoever has not come in time is forgotten. */
  expected(now: number): Expected {
    let next: number | null = null;
    for (const [device, due] of this.#due) {
      if (due < now) this.#due.delete(device);
      else if (next === null || due < next) next = due;
    }
    return { devices: this.#due.size, next };
  }
}
