import type { DeviceId } from '@murmuration/protocol/ids/ids';
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
  readonly #changed: () => void;

  /** `changed` is called after each change from outside. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get size(): number {
    return this.#waiting.size;
  }

  has(device: DeviceId): boolean {
    return this.#waiting.has(device);
  }

  add(device: DeviceId, answers: readonly string[] = []): void {
    this.#forget(device);
    this.#waiting.set(device, answers);
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
    const draw: Candidates['draw'] = (count, random) => this.#draw(those(), count, random);
    return {
      get size() {
        return those().size;
      },
      draw,
    };
  }

  #draw(candidates: Iterable<DeviceId>, count: number, random: RandomBytes): DeviceId[] {
    const drawn = drawUniformly(candidates, count, random);
    for (const device of drawn) this.#forget(device);
    return drawn;
  }

  #forget(device: DeviceId): boolean {
    for (const query of this.#waiting.get(device) ?? []) {
      const those = this.#answering.get(query);
      those?.delete(device);
      if (those?.size === 0) this.#answering.delete(query);
    }
    return this.#waiting.delete(device);
  }
}
