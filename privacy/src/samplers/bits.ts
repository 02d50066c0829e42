import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

const chunk = 4_096;

/** Random bits, and whole numbers that are exactly uniform. */
export class Bits {
  readonly #random: RandomBytes;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #bits = 0;
  #left = 0;

  constructor(random: RandomBytes) {
    this.#random = random;
  }

  bit(): 0 | 1 {
    if (this.#left === 0) {
      this.#bits = this.byte();
      this.#left = 8;
    }
    const bit = (this.#bits & 1) as 0 | 1;
    this.#bits >>= 1;
    this.#left -= 1;
    return bit;
  }

  byte(): number {
    if (this.#at === this.#bytes.length) {
      this.#bytes = this.#random(chunk);
      this.#at = 0;
    }
    return this.#bytes[this.#at++]!;
  }

  /** 32 bits. */
  word(): number {
    return this.byte() + 2 ** 8 * this.byte() + 2 ** 16 * this.byte() + 2 ** 24 * this.byte();
  }

  /** Uniform from 0 to `below` − 1: as many bits as that has, drawn again where they are too large. */
  below(below: bigint): bigint {
    const bits = (below - 1n).toString(2).length;
    const bytes = Math.ceil(bits / 8);
    for (;;) {
      let value = BigInt(this.byte() & (0xff >> (8 * bytes - bits)));
      for (let i = 1; i < bytes; i++) value = (value << 8n) | BigInt(this.byte());
      if (value < below) return value;
    }
  }
}
