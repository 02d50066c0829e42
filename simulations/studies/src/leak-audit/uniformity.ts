import { chiSquareTail } from './chi-square.ts';

/**
 * Tests by Pearson's chi-square if all 256 byte values are equally likely in `parts` together: returns the
 * probability, from 0 to 1, that uniform bytes are at least as uneven. Needs some thousand bytes.
 */
export function uniformity(parts: readonly Uint8Array[]): number {
  const counts = new Float64Array(256);
  for (const part of parts) for (const byte of part) counts[byte]! += 1;
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return chiSquareTail(statistic, counts.length - 1);
}
