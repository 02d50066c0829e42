import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { RoundEnd } from '@murmuration/protocol/messages/round';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';

/** Devices of which it is remembered at most; the others find out by themselves (RD8). */
const most = 20_000;

/** The ends of rounds that devices have not heard, since they had no connection: the newest one of each device. */
export class PendingRoundEnds {
  /** The one that was remembered longest ago first. */
  readonly #ends = new BoundedMap<DeviceId, RoundEnd>(most);

  remember(device: DeviceId, end: RoundEnd): void {
    this.#ends.set(device, end);
  }

  /** What the device has not heard, which is forgotten with this. */
  take(device: DeviceId): RoundEnd | undefined {
    const end = this.#ends.get(device);
    this.#ends.delete(device);
    return end;
  }
}
