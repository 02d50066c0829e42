import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

/** Bytes that follow from a seed: for tests, and for nothing that has to be secret. */
export function seededBytes(seed: number): RandomBytes {
  let state = seed;
  return length =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    });
}
