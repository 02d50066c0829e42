/**
 * Generator of numbers in [0, 1) for shuffles and draws: mulberry32, which passes gjrand; not for secrets.
 */
export function seededUniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Shuffles in place (Fisher–Yates). */
export function shuffle(values: Uint32Array, uniform: () => number): Uint32Array {
  for (let i = values.length - 1; i > 0; i--) {
    const other = Math.floor(uniform() * (i + 1));
    const value = values[i]!;
    values[i] = values[other]!;
    values[other] = value;
  }
  return values;
}
