import type { DeviceId, ModelHash } from '@murmuration/protocol/ids/ids';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { type DrawMark, drawCarefully } from '../selection/careful-draw.ts';

/** Devices from which a round may choose. */
export interface Candidates {
  /** Number of devices that are not benched. */
  readonly size: number;
  readonly all: number;
  /**
   * Removes and returns up to `count` devices, by `drawCarefully`. With suspects among them it may take
   * fewer, but enough for `least` updates.
   */
  draw(count: number, random: RandomBytes, least?: number): DeviceId[];
}

/** Record of how devices have behaved. */
interface Reputation {
  markOf(device: DeviceId): DrawMark | undefined;
  /** True if a device fell silent: it is drawn last and not counted on. */
  isBenched(device: DeviceId): boolean;
}

/** Devices that have checked in for one task and wait for an assignment. */
export class WaitingPool implements Candidates {
  /** Map from a device to the labels of the queries that it would answer. */
  readonly #waiting = new Map<DeviceId, readonly string[]>();
  /** Map from a query's label to the devices that would answer it. */
  readonly #answering = new Map<string, Set<DeviceId>>();
  /** Map from a version to the devices that kept an update from it; undefined for devices without one. */
  readonly #byBase = new Map<ModelHash | undefined, Set<DeviceId>>();
  readonly #bases = new Map<DeviceId, ModelHash | undefined>();
  readonly #benched = new Set<DeviceId>();
  readonly #changed: () => void;
  readonly #reputation: Reputation | undefined;

  /**
   * Takes `changed`, called after each change from outside, and an optional `reputation`; without it, all
   * devices are equal.
   */
  constructor(changed: () => void, reputation?: Reputation) {
    this.#changed = changed;
    this.#reputation = reputation;
  }

  get size(): number {
    return this.all - this.benched;
  }

  get all(): number {
    return this.#waiting.size;
  }

  /** Number of devices that are drawn last. */
  get benched(): number {
    return this.#benchedIn(this.#waiting);
  }

  get devices(): readonly DeviceId[] {
    return [...this.#waiting.keys()];
  }

  has(device: DeviceId): boolean {
    return this.#waiting.has(device);
  }

  /** Adds a device; `base` is the version from which it kept an update. */
  add(device: DeviceId, answers: readonly string[] = [], base?: ModelHash): void {
    this.#forget(device);
    this.#waiting.set(device, answers);
    if (this.#reputation?.isBenched(device)) this.#benched.add(device);
    this.#bases.set(device, base);
    this.#byBase.set(base, (this.#byBase.get(base) ?? new Set()).add(device));
    for (const query of answers) {
      const those = this.#answering.get(query) ?? new Set();
      this.#answering.set(query, those.add(device));
    }
    this.#changed();
  }

  remove(device: DeviceId): void {
    if (this.#forget(device)) this.#changed();
  }

  draw(count: number, random: RandomBytes, least = count): DeviceId[] {
    return this.#draw(this.#waiting.keys(), count, random, least);
  }

  /** Returns the waiting devices that would answer a query. */
  answering(query: string): Candidates {
    const those = () => this.#answering.get(query) ?? new Set<DeviceId>();
    const benchedIn = () => this.#benchedIn(those());
    return {
      get size() {
        return this.all - benchedIn();
      },
      get all() {
        return those().size;
      },
      draw: (count, random, least = count) => this.#draw(those(), count, random, least),
    };
  }

  /** Returns the waiting devices whose kept update, or lack of one, is of use. */
  heldFrom(isOfUse: (base: ModelHash | undefined) => boolean): Candidates {
    const sets = () => [...this.#byBase].flatMap(([base, devices]) => (isOfUse(base) ? [devices] : []));
    const benchedIn = () => sets().reduce((sum, devices) => sum + this.#benchedIn(devices), 0);
    return {
      get size() {
        return this.all - benchedIn();
      },
      get all() {
        return sets().reduce((sum, { size }) => sum + size, 0);
      },
      draw: (count, random, least = count) =>
        this.#draw(
          sets().flatMap(devices => [...devices]),
          count,
          random,
          least,
        ),
    };
  }

  #benchedIn(devices: { has(device: DeviceId): boolean }): number {
    let count = 0;
    for (const device of this.#benched) {
      if (!this.#reputation!.isBenched(device)) this.#benched.delete(device);
      else if (devices.has(device)) count += 1;
    }
    return count;
  }

  #draw(candidates: Iterable<DeviceId>, count: number, random: RandomBytes, least: number): DeviceId[] {
    const markOf = (device: DeviceId) => this.#reputation?.markOf(device);
    const drawn = drawCarefully(candidates, count, least, markOf, random);
    for (const device of drawn) this.#forget(device);
    return drawn;
  }

  #forget(device: DeviceId): boolean {
    this.#benched.delete(device);
    const base = this.#bases.get(device);
    const same = this.#byBase.get(base);
    same?.delete(device);
    if (same?.size === 0) this.#byBase.delete(base);
    this.#bases.delete(device);
    for (const query of this.#waiting.get(device) ?? []) {
      const those = this.#answering.get(query);
      those?.delete(device);
      if (those?.size === 0) this.#answering.delete(query);
    }
    return this.#waiting.delete(device);
  }
}
