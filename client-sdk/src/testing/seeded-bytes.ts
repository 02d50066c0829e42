import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

/** Returns bytes from a seed: for tests, never for secrets. */
export function seededBytes(seed: number): RandomBytes {
  let state = seed;
  return length =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    });
}
