import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Page } from '../paging/paging.ts';
import type { Activity, ActivityStore } from './activity.ts';
import type { Device, DeviceStore } from './device.ts';
import type { Population } from './population.ts';

/** Devices revoked in one write. */
const devicesAtOnce = 256;

/** Connections and rounds of devices, from which a revocation removes them. */
export interface RevocationPorts {
  isConnected(device: DeviceId): boolean;
  /** Ends the device's part in every round at once; resolves once that is durable. */
  drop(device: DeviceId): Promise<void>;
  /** Closes the device's connection. */
  disconnect(device: DeviceId): void;
}

/** A device and its activity, if there is any. */
export type KnownDevice = readonly [device: Device, activity: Activity | undefined];

/** Lists devices for operators, and revokes them. */
export class DeviceRegistry {
  readonly #devices: DeviceStore;
  readonly #activity: ActivityStore;
  readonly #population: Population;
  readonly #ties: RevocationPorts;

  constructor(devices: DeviceStore, activity: ActivityStore, population: Population, ties: RevocationPorts) {
    this.#devices = devices;
    this.#activity = activity;
    this.#population = population;
    this.#ties = ties;
  }

  isConnected(device: DeviceId): boolean {
    return this.#ties.isConnected(device);
  }

  /** Lists devices with their activity. */
  async list(page: Page, revoked?: boolean, prefix?: string): Promise<readonly KnownDevice[]> {
    return this.#with(await this.#devices.list(page, revoked, prefix));
  }

  /** Returns those of the given devices that are enrolled. */
  async show(ids: readonly DeviceId[]): Promise<readonly KnownDevice[]> {
    const found = await Promise.all(ids.map(id => this.#devices.get(id)));
    return this.#with(found.filter(device => device !== undefined));
  }

  /**
   * Revokes an enrolled device. Before the first wait, it is no longer let in, its part in every round is
   * over, its upload token is refused and its connection is closed; resolves once that is durable. Throws
   * `storage.*`; all of it then holds until a restart, and another call makes it durable.
   */
  async revoke(id: DeviceId): Promise<void> {
    const taken = this.#takeOut(id);
    this.#ties.disconnect(id);
    await taken;
  }

  /** Revokes devices, as `revoke`. Throws `storage.*`; another call continues. */
  async revokeAll(ids: readonly DeviceId[]): Promise<void> {
    for (let at = 0; at < ids.length; at += devicesAtOnce)
      await Promise.all(ids.slice(at, at + devicesAtOnce).map(id => this.revoke(id)));
  }

  /** Ends the connection and the rounds of a device that another process revoked. */
  async revokedElsewhere(id: DeviceId): Promise<void> {
    this.#ties.disconnect(id);
    await this.#ties.drop(id);
  }

  /** Revokes a device at its own request; its connection stays open for the answer. */
  forget(id: DeviceId): Promise<void> {
    return this.#takeOut(id);
  }

  async #takeOut(id: DeviceId): Promise<void> {
    const stored = this.#population.revoke(id);
    const dropped = this.#ties.drop(id);
    const [first, second] = await Promise.allSettled([stored, dropped]);
    if (first.status === 'rejected') throw first.reason;
    if (second.status === 'rejected') throw second.reason;
  }

  async #with(devices: readonly Device[]): Promise<readonly KnownDevice[]> {
    const activity = await this.#activity.of(devices.map(({ id }) => id));
    return devices.map(device => [device, activity.get(device.id)] as const);
  }
}
