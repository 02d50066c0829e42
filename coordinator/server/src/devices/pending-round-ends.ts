import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { RoundEnd } from '@murmuration/protocol/messages/round';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';

/** Maximum number of devices that are remembered; the others find out on their own (RD8). */
const maxPendingDevices = 20_000;

/** Ends of rounds that devices missed while they were not connected; only the newest of each device. */
export class PendingRoundEnds {
  /** Drops the oldest entry first. */
  readonly #ends = new BoundedMap<DeviceId, RoundEnd>(maxPendingDevices);

  remember(device: DeviceId, end: RoundEnd): void {
    this.#ends.set(device, end);
  }

  /** Returns what the device has not heard, and forgets it. */
  take(device: DeviceId): RoundEnd | undefined {
    const end = this.#ends.get(device);
    this.#ends.delete(device);
    return end;
  }
}
