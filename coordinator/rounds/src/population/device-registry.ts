import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Page } from '../paging/paging.ts';
import type { Activity, ActivityStore } from './activity.ts';
import type { Device, DeviceStore } from './device.ts';
import type { Population } from './population.ts';

/** Devices that are revoked in one write. */
const atOnce = 256;

/** Where devices are met beside the population. */
export interface RevocationPorts {
  isConnected(device: DeviceId): boolean;
  /** Takes its part in every round from a device, at once; resolves when that is durable. */
  drop(device: DeviceId): Promise<void>;
  /** Closes its connection. */
  disconnect(device: DeviceId): void;
}

/** A device, and what is known of its activity. */
export type KnownDevice = readonly [device: Device, activity: Activity | undefined];

/** Shows the operator the devices, and takes them out of the population. */
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

  /** Devices with what is known of their activity. */
  async list(page: Page, revoked?: boolean, prefix?: string): Promise<readonly KnownDevice[]> {
    return this.#with(await this.#devices.list(page, revoked, prefix));
  }

  /** Those of these devices that are enrolled. */
  async show(ids: readonly DeviceId[]): Promise<readonly KnownDevice[]> {
    const found = await Promise.all(ids.map(id => this.#devices.get(id)));
    return this.#with(found.filter(device => device !== undefined));
  }

  /**
   * Revokes a device that is enrolled. Before anything is waited for, it is let in no more, its part in every round is over, its upload token
   * is refused and its connection is closed; resolves when that is durable. Throws `storage.*`; then all of that holds until a restart, and
   * asking again makes it durable.
   */
  async revoke(id: DeviceId): Promise<void> {
    const taken = this.#takeOut(id);
    this.#ties.disconnect(id);
    await taken;
  }

  /** Revokes many devices, as one is. Throws `storage.*`; asking again goes on. */
  async revokeAll(ids: readonly DeviceId[]): Promise<void> {
    for (let at = 0; at < ids.length; at += atOnce)
      await Promise.all(ids.slice(at, at + atOnce).map(id => this.revoke(id)));
  }

  /** Another process has revoked a device: what it has here is over. */
  async revokedElsewhere(id: DeviceId): Promise<void> {
    this.#ties.disconnect(id);
    await this.#ties.drop(id);
  }

  /** The same at the wish of the device itself, whose connection stays for the answer. */
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
