import type { DeviceId } from '@murmuration/protocol/ids/ids';

export interface WaitingEndPorts {
  /** True if more may come for a device: it waits for an assignment, or has a part in a round. */
  readonly expects: (device: DeviceId) => boolean;
  /** Ends the connection of a device, which then checks in again. */
  readonly disconnect: (device: DeviceId) => void;
}

/**
 * Ends the waiting of devices that a task no longer needs here. Only the end of its connection ends the
 * waiting of a device (RD3), and it does so for all of its tasks; a device that is here for another task
 * keeps its connection until that is over.
 */
export class WaitingEnds {
  readonly #ports: WaitingEndPorts;
  /** Devices that still believe that they wait. */
  readonly #kept = new Set<DeviceId>();

  constructor(ports: WaitingEndPorts) {
    this.#ports = ports;
  }

  /** Called when a device has waited for one of its tasks in vain. */
  end(device: DeviceId): void {
    if (this.#ports.expects(device)) this.#kept.add(device);
    else this.#ports.disconnect(device);
  }

  /** Forgets what a device waited for on an earlier connection. */
  forget(device: DeviceId): void {
    this.#kept.delete(device);
  }

  /** Ends the connections of devices that have nothing else left to wait for. */
  look(): void {
    for (const device of this.#kept) {
      if (this.#ports.expects(device)) continue;
      this.#kept.delete(device);
      this.#ports.disconnect(device);
    }
  }
}
