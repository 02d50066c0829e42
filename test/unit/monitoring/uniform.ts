/** Numbers from 0 to 1 that follow from a seed (xorshift32). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 0x1_0000_0000;
  };
}

/** Standard normal numbers of uniform ones (Box and Muller). */
export function normal(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function ascending(length: number, next: () => number): Float64Array {
  return Float64Array.from({ length }, next).sort();
}
