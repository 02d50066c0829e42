import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

const drawnBytes = 4_096;

/** Random bits. */
export class Bits {
  readonly #random: RandomBytes;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(random: RandomBytes) {
    this.#random = random;
  }

  /** 32 of them. */
  word(): number {
    return this.#byte() + 2 ** 8 * this.#byte() + 2 ** 16 * this.#byte() + 2 ** 24 * this.#byte();
  }

  #byte(): number {
    if (this.#at === this.#bytes.length) {
      this.#bytes = this.#random(drawnBytes);
      this.#at = 0;
    }
    return this.#bytes[this.#at++]!;
  }
}
