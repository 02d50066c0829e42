import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { seededRandom } from '../../seeded-random.ts';

/** Chance that follows from a seed. */
export class Dice {
  readonly bytes: RandomBytes;

  constructor(seed: number) {
    this.bytes = seededRandom(seed);
  }

  /** A whole number below `bound`. */
  below(bound: number): number {
    const [a, b, c, d] = this.bytes(4) as unknown as [number, number, number, number];
    return Math.floor(((a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / 2 ** 32) * bound);
  }

  chance(probability: number): boolean {
    return this.below(1_000_000) < probability * 1_000_000;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  /** One of the keys, as often as its weight says. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key {
    const entries = Object.entries(weights) as [Key, number][];
    let left = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [key, weight] of entries) {
      if (left < weight) return key;
      left -= weight;
    }
    return entries[0]![0];
  }
}
