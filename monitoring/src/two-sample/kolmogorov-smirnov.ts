import { kolmogorovAbove } from '../distributions/kolmogorov.ts';
import { walk } from '../samples/sample.ts';

/** Most values of a sample for the exact p-value. */
const mostExact = 10_000;

/** Largest distance between two empirical distributions, and the probability of one as large. */
export interface KolmogorovSmirnov {
  readonly distance: number;
  readonly p: number;
}

/**
 * Applies the two-sided test of Kolmogorov and Smirnov to two ascending lists that are not empty. `method`:
 * `exact` counts the ways of mixing the samples (Hodges 1957), `asymptotic` uses the distribution of one
 * sample of their joint size, `auto` is exact up to 10,000 values each.
 */
export function kolmogorovSmirnov(
  reference: Float64Array,
  current: Float64Array,
  method: 'auto' | 'exact' | 'asymptotic' = 'auto',
): KolmogorovSmirnov {
  const m = reference.length;
  const n = current.length;
  let distance = 0;
  walk(reference, current, (_, below, belowCurrent) => {
    distance = Math.max(distance, Math.abs(below / m - belowCurrent / n));
  });
  if (method === 'exact' || (method === 'auto' && Math.max(m, n) <= mostExact))
    return { distance, p: exactChance(m, n, distance) };
  // Rounds half to even, as other implementations round the joint size.
  return { distance, p: kolmogorovAbove(roundToEven((m * n) / (m + n)), distance) };
}

/** Returns the probability that samples of `m` and `n` values are `distance` apart or more, without ties. */
function exactChance(m: number, n: number, distance: number): number {
  const divisor = commonDivisor(m, n);
  // Distances are multiples of 1 / the least common multiple.
  const height = Math.round(distance * (m / divisor) * n);
  if (height === 0) return 1;
  return m === n ? outsideSquare(n, height) : outside(m, n, divisor, height);
}

/** Returns the share of paths from (0, 0) to (n, n) that leave the band |x − y| < height, by reflections. */
function outsideSquare(n: number, height: number): number {
  let share = 0;
  for (let k = Math.floor(n / height); k >= 0; k--) {
    let ratio = 1;
    for (let j = 0; j < height; j++) ratio *= (n - k * height - j) / (n + k * height + j + 1);
    share = ratio * (1 - share);
  }
  return 2 * share;
}

/**
 * Returns the share of paths from (0, 0) to (m, n) that leave the band around the diagonal; the probability
 * at a point follows from its two neighbours.
 */
function outside(m: number, n: number, divisor: number, height: number): number {
  const stepX = n / divisor;
  const stepY = m / divisor;
  /** Probabilities of the previous column, by y. */
  const chances = new Float64Array(n + 1).fill(1);
  for (let x = 0; x <= m; x++) {
    const first = Math.max(0, Math.floor((x * stepX - height) / stepY) + 1);
    const last = Math.min(n, Math.ceil((x * stepX + height) / stepY) - 1);
    // Below the band, a path is outside.
    if (first > 0) chances[first - 1] = 1;
    for (let y = first; y <= last; y++) {
      chances[y] = y === 0 ? 0 : (x * chances[y]! + y * chances[y - 1]!) / (x + y);
    }
  }
  return chances[n]!;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
