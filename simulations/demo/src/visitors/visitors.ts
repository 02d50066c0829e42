import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { simulated } from '../phones/platform.ts';

/** Devices that are not simulated phones: the browsers of people who came to the keyboard's page. */
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

  /** True if a device is a visitor's, connected or not. */
  has(device: DeviceId): boolean {
    return this.#known.has(device);
  }

  /** Number of connected visitors. */
  get present(): number {
    return this.#present.size;
  }

  /** Calls `listener` in place of any earlier one whenever a visitor has come or gone. */
  watch(listener: () => void): void {
    this.#changed = listener;
  }
}
