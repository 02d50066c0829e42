import { inverseOf } from './toeplitz.ts';

/**
 * Banded inverse square root (Kalinin, Lampert et al. 2025, arXiv 2505.12128): C⁻¹ is Toeplitz with the first
 * `bands` coefficients of √(1 − x), which are 1, −½, −⅛, −1/16 …, so that a round's noise cancels part of
 * that of the `bands` − 1 rounds before. One band is independent noise.
 */
export function bisrNoising(bands: number): Float64Array {
  const column = new Float64Array(bands);
  column[0] = 1;
  for (let j = 1; j < bands; j++) column[j] = column[j - 1]! * ((j - 1.5) / j);
  return column;
}

/** First `rounds` entries of the strategy C of `bisrNoising(bands)`. */
export const bisrStrategy = (bands: number, rounds: number): Float64Array =>
  inverseOf(bisrNoising(bands), rounds);
