import type { DeviceId } from '@murmuration/protocol/ids/ids';

export interface WaitingEndPorts {
  /** Whether more may come for a device: it waits for an assignment, or has a part in a round. */
  readonly expects: (device: DeviceId) => boolean;
  /** Ends the connection of a device, which then checks in again. */
  readonly disconnect: (device: DeviceId) => void;
}

/**
 * Ends the waiting of devices that a task has no use for here any more. Only the end of its connection ends the waiting of a device (RD3), and it
 * ends that for all of its tasks: so those that are here for another one keep their connections until that is over.
 */
export class WaitingEnds {
  readonly #ports: WaitingEndPorts;
  /** Those that still believe that they wait. */
  readonly #kept = new Set<DeviceId>();

  constructor(ports: WaitingEndPorts) {
    this.#ports = ports;
  }

  /** A device has waited for one of its tasks in vain. */
  end(device: DeviceId): void {
    if (this.#ports.expects(device)) this.#kept.add(device);
    else this.#ports.disconnect(device);
  }

  /** What a device has waited for on an earlier connection, it waits for no more. */
  forget(device: DeviceId): void {
    this.#kept.delete(device);
  }

  /** Ends the connections of those that have nothing else to wait for by now. */
  look(): void {
    for (const device of this.#kept) {
      if (this.#ports.expects(device)) continue;
      this.#kept.delete(device);
      this.#ports.disconnect(device);
    }
  }
}
