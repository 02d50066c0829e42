import { chiSquareTail } from './chi-square.ts';

/**
 * Pearson's chi-square test of whether all 256 bytes are equally likely in `parts` taken together: the probability that
 * uniform bytes are as uneven as these or more, from 0 to 1. It needs some thousand bytes.
 */
export function uniformity(parts: readonly Uint8Array[]): number {
  const counts = new Float64Array(256);
  for (const part of parts) for (const byte of part) counts[byte]! += 1;
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return chiSquareTail(statistic, counts.length - 1);
}
