import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { seededRandom } from '../random/seeded-random.ts';

/** What a coordinator draws for its rounds: follows from the seed and the round alone, so that a run that is resumed draws the same. */
export class RoundRandom {
  readonly #seed: number;
  #bytes: RandomBytes;

  /** `round`: the one that begins next. */
  constructor(seed: number, round: number) {
    this.#seed = seed;
    this.#bytes = seededRandom(seed, `round ${round}`);
  }

  readonly bytes: RandomBytes = length => this.#bytes(length);

  /** From now on draws for the round of that number. */
  begin(round: number): void {
    this.#bytes = seededRandom(this.#seed, `round ${round}`);
  }
}
