import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

/**
 * Draws `count` candidates, each subset equally likely (Fisher–Yates, stopped early). Sorts the candidates
 * first, so that the draw depends only on their ids and on `random`, not on their order.
 */
export function drawUniformly<Candidate extends string>(
  candidates: Iterable<Candidate>,
  count: number,
  random: RandomBytes,
): Candidate[] {
  const pool = [...candidates].sort();
  const drawn = Math.min(count, pool.length);
  for (let i = 0; i < drawn; i++) {
    const other = i + below(pool.length - i, random);
    [pool[i], pool[other]] = [pool[other]!, pool[i]!];
  }
  return pool.slice(0, drawn);
}

/**
 * Returns an integer from 0 to `bound` − 1 without bias: it rejects draws above the largest multiple of
 * `bound`.
 */
function below(bound: number, random: RandomBytes): number {
  const limit = 2 ** 32 - (2 ** 32 % bound);
  for (;;) {
    const bytes = random(4);
    const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
    if (value < limit) return value % bound;
  }
}
