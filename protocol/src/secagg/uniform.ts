import type { Primitives } from '../primitives/primitives.ts';

/** Returns a uniformly random integer of [0, `below`), where `below` is at most 2³². */
export type UniformInteger = (below: number) => number;

const blocksAtOnce = 16;

/**
 * Draws uniform integers from the ChaCha20 stream of `key`: 32-bit words, with rejection of those that would
 * cause a bias.
 */
export function uniformIntegers(primitives: Primitives, key: Uint8Array): UniformInteger {
  const stream = primitives.keystream(key, 0);
  let words: Uint32Array = new Uint32Array(0);
  let at = 0;
  return below => {
    const fair = 2 ** 32 - (2 ** 32 % below);
    for (;;) {
      if (at === words.length) {
        const bytes = stream.next(blocksAtOnce);
        words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
        at = 0;
      }
      const word = words[at++]!;
      if (word < fair) return word % below;
    }
  };
}
