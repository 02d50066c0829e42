import { upperTail } from '../numerics/normal.ts';
import type { Cells } from './privacy-loss.ts';

/**
 * Gaussian noise on a device's contribution of random size: `shifts[i]` ≥ 0 with the probability
 * `probabilities[i]`.
 */
export interface Mixture {
  readonly sigma: number;
  readonly shifts: readonly number[];
  readonly probabilities: readonly number[];
}

/**
 * Standard deviations beyond which losses count as infinite: 10⁻²², so that a thousand rounds still have a δ
 * of 10⁻¹⁵.
 */
const farthest = 9.8;
const maxGridCells = 2 ** 16;

/**
 * Step of the grid for the losses of all mixtures: a fraction of the smallest variation in one release, so
 * that the error stays small over many, but large enough to bound the number of cells of the others.
 */
export function stepFor(...mixtures: readonly Mixture[]): number {
  const wanted = mixtures.map(mixture => {
    const { mean, variance } = momentsOf(mixture);
    return Math.min(2e-4, Math.sqrt(variance + mean * mean) / 64);
  });
  const least = mixtures.map(mixture => {
    const [low, high] = rangeOf(mixture);
    return (high - low) / maxGridCells;
  });
  return Math.max(Math.min(...wanted), ...least);
}

/** Mean and variance of the loss if the device contributed nothing, by 1,000 equal steps. */
function momentsOf(mixture: Mixture): { mean: number; variance: number } {
  const count = 1_000;
  let [weights, sum, squares] = [0, 0, 0];
  for (let i = 0; i <= count; i++) {
    const z = -8 + (16 * i) / count;
    const weight = Math.exp(-z * z * 0.5);
    const loss = lossAt(mixture, z * mixture.sigma);
    weights += weight;
    sum += weight * loss;
    squares += weight * loss * loss;
  }
  const mean = sum / weights;
  return { mean, variance: Math.max(0, squares / weights - mean * mean) };
}

/** ln of the ratio of the densities with and without the device. */
function lossAt({ sigma, shifts, probabilities }: Mixture, x: number): number {
  let largest = -Infinity;
  for (const shift of shifts) largest = Math.max(largest, exponent(sigma, shift, x));
  let sum = 0;
  for (let i = 0; i < shifts.length; i++)
    sum += probabilities[i]! * Math.exp(exponent(sigma, shifts[i]!, x) - largest);
  return largest + Math.log(sum);
}

const exponent = (sigma: number, shift: number, x: number): number =>
  (shift * (2 * x - shift)) / (2 * sigma * sigma);

function rangeOf(mixture: Mixture): readonly [low: number, high: number] {
  const { sigma, shifts } = mixture;
  return [lossAt(mixture, -farthest * sigma), lossAt(mixture, Math.max(...shifts) + farthest * sigma)];
}

/** Cells of the mixture against only the noise, cut at multiples of `step`. */
export function mixtureCells(mixture: Mixture, step: number): Cells {
  const { sigma, shifts, probabilities } = mixture;
  const [low, high] = rangeOf(mixture);
  const first = Math.floor(low / step);
  const count = Math.ceil(high / step) - first;
  const upper = new Float64Array(count);
  const lower = new Float64Array(count);
  const at = placesOf(mixture);
  const both = (x: number, side: 1 | -1) => {
    let mixed = 0;
    for (let i = 0; i < shifts.length; i++)
      mixed += probabilities[i]! * upperTail((side * (x - shifts[i]!)) / sigma);
    return [mixed, upperTail((side * x) / sigma)] as const;
  };
  // Differences of a tail keep their digits where it is small: the left tail up to 0, the right one from
  // there on.
  let x = at(first * step);
  let left = x < 0;
  let [mixed, plain] = both(x, left ? -1 : 1);
  const [beforeUpper, beforeLower] = both(x, -1);
  for (let i = 0; i < count; i++) {
    x = at((first + i + 1) * step);
    let [nextMixed, nextPlain] = both(x, left ? -1 : 1);
    const sign = left ? 1 : -1;
    upper[i] = Math.max(0, sign * (nextMixed - mixed));
    lower[i] = Math.max(0, sign * (nextPlain - plain));
    if (left && x >= 0) {
      left = false;
      [nextMixed, nextPlain] = both(x, 1);
    }
    [mixed, plain] = [nextMixed, nextPlain];
  }
  const [beyond] = both(x, 1);
  return { step, first, upper, lower, beyond, before: { upper: beforeUpper, lower: beforeLower } };
}

/**
 * Returns the point at which the loss has a value; −∞ below the smallest. Values must be asked in ascending
 * order.
 */
function placesOf(mixture: Mixture): (loss: number) => number {
  const { sigma, shifts, probabilities } = mixture;
  const least = probabilities.reduce((sum, p, i) => sum + (shifts[i] === 0 ? p : 0), 0);
  const moving = shifts.flatMap((shift, i) => (shift > 0 && probabilities[i]! > 0 ? [i] : []));
  if (moving.length === 1) {
    const [shift, p] = [shifts[moving[0]!]!, probabilities[moving[0]!]!];
    return loss => {
      const rest = (Math.exp(loss) - least) / p;
      return rest > 0 ? (sigma * sigma * Math.log(rest)) / shift + shift / 2 : -Infinity;
    };
  }
  let low = -farthest * 2 * sigma;
  return loss => {
    if (Math.exp(loss) <= least) return -Infinity;
    let high = low + sigma;
    while (lossAt(mixture, high) < loss) high += sigma;
    let from = low;
    for (let i = 0; i < 60; i++) {
      const middle = (from + high) / 2;
      if (lossAt(mixture, middle) < loss) from = middle;
      else high = middle;
    }
    low = from;
    return high;
  };
}
