import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { Bits } from './bits.ts';
import type { WeightsOf } from './weights.ts';

const wordBits = 32;
/** Numbers that are drawn at a time. */
const together = 8_192;

/**
 * Bounds ⌊2^bits F(x)⌋ of the cumulative probabilities of first − 1, first …, to compare with as many random
 * bits.
 */
interface Bounds {
  readonly first: number;
  readonly bounds: readonly bigint[];
}

/**
 * Draws integers exactly from a distribution by inversion: compares the cumulative probabilities with as many
 * bits of a uniform number as necessary. 32 bits nearly always decide; if they equal those of a bound, more
 * bits of both are compared. Bounds are computed with integers, to as many digits as their bits need. Every
 * number takes the same steps, except for those that need more bits, about one in 10⁷.
 */
export class InversionTable {
  readonly #weightsOf: WeightsOf;
  readonly #levels = new Map<number, Bounds>();
  /** Bounds of 32 bits, without equal ones at both ends, filled up to a power of two. */
  readonly #bounds: Uint32Array;
  readonly #first: number;

  constructor(weightsOf: WeightsOf) {
    this.#weightsOf = weightsOf;
    const { first, bounds } = this.#level(wordBits);
    const from = bounds.lastIndexOf(0n);
    const last = (1n << BigInt(wordBits)) - 1n;
    const to = bounds.indexOf(last);
    const kept = bounds.slice(from, to + 1);
    this.#bounds = new Uint32Array(2 ** Math.ceil(Math.log2(kept.length + 1))).fill(Number(last));
    this.#bounds.set(kept.map(Number));
    this.#first = first + from;
  }

  /** Adds `sign` × a fresh number to each element. */
  addTo(target: Int32Array, random: RandomBytes, sign: 1 | -1 = 1): void {
    let bits: Bits | undefined;
    const bounds = this.#bounds;
    const half = bounds.length / 2;
    for (let from = 0; from < target.length; from += together) {
      const count = Math.min(together, target.length - from);
      const bytes = random(4 * count);
      const words = new Uint32Array(bytes.buffer, bytes.byteOffset, count);
      for (let i = 0; i < count; i++) {
        const word = words[i]!;
        let below = 0;
        for (let step = half; step > 0; step >>= 1) below += step * Number(bounds[below + step - 1]! <= word);
        let value = this.#first + below;
        if (bounds[below - 1] === word || word === 0xffff_ffff) {
          bits ??= new Bits(random);
          value = this.#refined(word, bits);
        }
        target[from + i] = target[from + i]! + sign * value;
      }
    }
  }

  /** Decides by 64 bits, with the higher half known, or 96, or as many as necessary. */
  #refined(word: number, bits: Bits): number {
    let drawn = BigInt(word);
    for (let length = 2 * wordBits; ; length += wordBits) {
      drawn = (drawn << BigInt(wordBits)) | BigInt(bits.word());
      const { first, bounds } = this.#level(length);
      let [low, high] = [0, bounds.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (bounds[middle]! <= drawn) low = middle + 1;
        else high = middle;
      }
      if (low < bounds.length && bounds[low - 1] !== drawn) return first + low;
    }
  }

  #level(length: number): Bounds {
    let found = this.#levels.get(length);
    if (!found) {
      found = boundsOf(this.#weightsOf, length);
      this.#levels.set(length, found);
    }
    return found;
  }
}

/** Raises the precision until the first bits of every bound are known. */
function boundsOf(weightsOf: WeightsOf, length: number): Bounds {
  const scale = BigInt(length);
  const last = (1n << scale) - 1n;
  for (let bits = length + 64; ; bits += 64) {
    const { first, weights, error } = weightsOf(bits);
    const sum = weights.reduce((total, weight) => total + weight, 0n);
    const bounds = [0n];
    let below = 0n;
    for (const weight of weights) {
      below += weight;
      // Some probability always lies below the first bound and above the last one, however little.
      const least = below <= error ? 0n : ((below - error) << scale) / (sum + error);
      const most = ((below + error) << scale) / (sum - error);
      const bound = most > last ? last : most;
      if (least !== bound) break;
      bounds.push(bound);
    }
    if (bounds.length === weights.length + 1) return { first: first - 1, bounds };
  }
}
