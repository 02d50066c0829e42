import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { simulated } from '../phones/platform.ts';

/** Devices that are no phones of the simulation: the browsers of people who came to the keyboard's page. */
export class Visitors {
  readonly #known = new Set<DeviceId>();
  readonly #present = new Set<DeviceId>();
  #changed: () => void = () => {};

  constructor(events: CoordinatorEvents) {
    events.on('connected', (device, platform) => {
      if (platform === simulated) return;
      this.#known.add(device);
      this.#present.add(device);
      this.#changed();
    });
    events.on('disconnected', device => {
      if (this.#present.delete(device)) this.#changed();
    });
  }

  /** Whether a device is one of a visitor, there or gone. */
  has(device: DeviceId): boolean {
    return this.#known.has(device);
  }

  /** Visitors who are connected. */
  get present(): number {
    return this.#present.size;
  }

  /** Calls `listener`, and no earlier one, whenever somebody has come or gone. */
  watch(listener: () => void): void {
    this.#changed = listener;
  }
}
