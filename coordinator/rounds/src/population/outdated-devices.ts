import type { DeviceId } from '@murmuration/protocol/ids/ids';

/** Devices that are remembered at most. */
const most = 10_000;
/** ms after which one that did not come again is forgotten. */
const remembered = 86_400_000;

/** Enrolled devices that speak another version of the protocol. */
export interface Outdated {
  readonly protocol: number;
  readonly devices: number;
  /** When the first of them came, ms since 1970. */
  readonly since: number;
}

/**
 * Remembers which enrolled devices came within a day and speak another version of the protocol, which keeps them from all rounds. One that says
 * another version every time counts for its first one, for a day: no single device raises alert after alert.
 */
export class OutdatedDevices {
  /** Those that came last at the end. */
  readonly #seen = new Map<
    DeviceId,
    { readonly protocol: number; readonly first: number; readonly last: number }
  >();

  /** A device has come, at `now`, ms since 1970. */
  came(device: DeviceId, protocol: number, now: number): void {
    const before = this.#seen.get(device);
    this.#seen.delete(device);
    const isSame = before !== undefined && (before.protocol === protocol || now - before.first < remembered);
    this.#seen.set(device, isSame ? { ...before, last: now } : { protocol, first: now, last: now });
    if (this.#seen.size > most) this.#seen.delete(this.#seen.keys().next().value!);
  }

  /** It speaks the version of this coordinator now, or is gone. */
  forget(device: DeviceId): void {
    this.#seen.delete(device);
  }

  /** By version, as of `now`. */
  at(now: number): readonly Outdated[] {
    const found = new Map<number, Outdated>();
    for (const [device, { protocol, first, last }] of this.#seen) {
      if (now - last >= remembered) {
        this.#seen.delete(device);
        continue;
      }
      const { devices = 0, since = first } = found.get(protocol) ?? {};
      found.set(protocol, { protocol, devices: devices + 1, since: Math.min(since, first) });
    }
    return [...found.values()].sort((a, b) => a.protocol - b.protocol);
  }
}
