import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { drawUniformly } from '../selection/draw.ts';

/** The devices that have checked in for one task and wait for an assignment. */
export class WaitingPool {
  readonly #waiting = new Set<DeviceId>();
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

  add(device: DeviceId): void {
    this.#waiting.add(device);
    this.#changed();
  }

  remove(device: DeviceId): void {
    if (this.#waiting.delete(device)) this.#changed();
  }

  /** Takes `count` devices out of the pool, at random. */
  draw(count: number, random: RandomBytes): DeviceId[] {
    const drawn = drawUniformly(this.#waiting, count, random);
    for (const device of drawn) this.#waiting.delete(device);
    return drawn;
  }
}
