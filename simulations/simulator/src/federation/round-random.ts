import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { seededRandom } from '../random/seeded-random.ts';

/**
 * Random bytes of a coordinator, which depend only on the seed and the round, so that a resumed run draws the
 * same.
 */
export class RoundRandom {
  readonly #seed: number;
  #bytes: RandomBytes;

  /** Starts with the bytes of `round`. */
  constructor(seed: number, round: number) {
    this.#seed = seed;
    this.#bytes = seededRandom(seed, `round ${round}`);
  }

  readonly bytes: RandomBytes = length => this.#bytes(length);

  /** Switches to the bytes of a round. */
  begin(round: number): void {
    this.#bytes = seededRandom(this.#seed, `round ${round}`);
  }
}
