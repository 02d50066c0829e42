import { seededRandom } from '@murmuration/simulations/random/seeded-random';

/** Fast random draws of many units from a seed (xorshift128, Marsaglia 2003). */
export class Coin {
  readonly #state: Uint32Array;

  constructor(seed: number, purpose: string) {
    this.#state = new Uint32Array(seededRandom(seed, `experiments ${purpose}`)(16).buffer);
  }

  /** Draws how many of `units` succeed, each with probability `chance`. */
  successes(units: number, chance: number): number {
    const limit = chance * 0x1_0000_0000;
    let [x, y, z, w] = this.#state as unknown as [number, number, number, number];
    let count = 0;
    for (let unit = 0; unit < units; unit++) {
      const t = x ^ (x << 11);
      x = y;
      y = z;
      z = w;
      w = (w ^ (w >>> 19) ^ t ^ (t >>> 8)) >>> 0;
      if (w < limit) count += 1;
    }
    this.#state.set([x, y, z, w]);
    return count;
  }
}
