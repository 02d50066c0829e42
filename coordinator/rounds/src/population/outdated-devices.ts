import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';

/** Most devices that are remembered. */
const maxOutdatedDevices = 10_000;
/** ms after which a device that didn't come again is dropped. */
const expiryMs = 86_400_000;

/** Enrolled devices that speak another version of the protocol. */
export interface Outdated {
  readonly protocol: number;
  readonly devices: number;
  /** Time when the first of them came, ms since 1970. */
  readonly since: number;
}

/**
 * Remembers the enrolled devices of the last day that speak another version of the protocol and so can't
 * join rounds. A device that changes its version every time counts for its first one, for a day, so that no
 * single device raises one alert after another.
 */
export class OutdatedDevices {
  /** Devices in the order in which they last came. */
  readonly #seen = new BoundedMap<
    DeviceId,
    { readonly protocol: number; readonly first: number; readonly last: number }
  >(maxOutdatedDevices);

  /** Records that a device came at `now`, ms since 1970. */
  came(device: DeviceId, protocol: number, now: number): void {
    const before = this.#seen.get(device);
    const isSame = before !== undefined && (before.protocol === protocol || now - before.first < expiryMs);
    this.#seen.set(device, isSame ? { ...before, last: now } : { protocol, first: now, last: now });
  }

  /** Drops a device that speaks this coordinator's version now, or is gone. */
  forget(device: DeviceId): void {
    this.#seen.delete(device);
  }

  /** Counts devices by version, as of `now`. */
  at(now: number): readonly Outdated[] {
    const found = new Map<number, Outdated>();
    for (const [device, { protocol, first, last }] of this.#seen) {
      if (now - last >= expiryMs) {
        this.#seen.delete(device);
        continue;
      }
      const { devices = 0, since = first } = found.get(protocol) ?? {};
      found.set(protocol, { protocol, devices: devices + 1, since: Math.min(since, first) });
    }
    return [...found.values()].sort((a, b) => a.protocol - b.protocol);
  }
}
