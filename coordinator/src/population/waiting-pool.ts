import type { DeviceId, ModelHash } from '@murmuration/protocol/ids/ids';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { drawUniformly } from '../selection/draw.ts';

/** Devices that a round may choose among. */
export interface Candidates {
  readonly size: number;
  /** Takes `count` devices, at random: they wait no more. */
  draw(count: number, random: RandomBytes): DeviceId[];
}

/** The devices that have checked in for one task and wait for an assignment. */
export class WaitingPool implements Candidates {
  /** With the names of the queries that each would answer. */
  readonly #waiting = new Map<DeviceId, readonly string[]>();
  /** The same by query. */
  readonly #answering = new Map<string, Set<DeviceId>>();
  /** By the version of which each has kept an update; undefined: it has none. */
  readonly #byBase = new Map<ModelHash | undefined, Set<DeviceId>>();
  readonly #bases = new Map<DeviceId, ModelHash | undefined>();
  readonly #changed: () => void;

  /** `changed` is called after each change from outside. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get size(): number {
    return this.#waiting.size;
  }

  get devices(): readonly DeviceId[] {
    return [...this.#waiting.keys()];
  }

  has(device: DeviceId): boolean {
    return this.#waiting.has(device);
  }

  /** `base`: the version of which the device has kept an update. */
  add(device: DeviceId, answers: readonly string[] = [], base?: ModelHash): void {
    this.#forget(device);
    this.#waiting.set(device, answers);
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

  draw(count: number, random: RandomBytes): DeviceId[] {
    return this.#draw(this.#waiting.keys(), count, random);
  }

  /** Those of them that would answer a query. */
  answering(query: string): Candidates {
    const those = () => this.#answering.get(query) ?? new Set<DeviceId>();
    return {
      get size() {
        return those().size;
      },
      draw: (count, random) => this.#draw(those(), count, random),
    };
  }

  /** Those of them whose update, or the lack of one, is of use. */
  heldFrom(isOfUse: (base: ModelHash | undefined) => boolean): Candidates {
    const sets = () => [...this.#byBase].flatMap(([base, devices]) => (isOfUse(base) ? [devices] : []));
    return {
      get size() {
        return sets().reduce((sum, { size }) => sum + size, 0);
      },
      draw: (count, random) =>
        this.#draw(
          sets().flatMap(devices => [...devices]),
          count,
          random,
        ),
    };
  }

  #draw(candidates: Iterable<DeviceId>, count: number, random: RandomBytes): DeviceId[] {
    const drawn = drawUniformly(candidates, count, random);
    for (const device of drawn) this.#forget(device);
    return drawn;
  }

  #forget(device: DeviceId): boolean {
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
