import { logSum } from '../numerics/log-sum.ts';
import { upperTail } from '../numerics/normal.ts';
import type { Cells } from './privacy-loss.ts';

/** Gaussian noise on the contribution 1 of a device that is drawn with a probability above 0. */
export interface Mixture {
  readonly sigma: number;
  readonly probability: number;
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
  const wanted = mixtures.map(mixture => Math.min(2e-4, scaleOf(mixture) / 64));
  const least = mixtures.map(mixture => {
    const [low, high] = rangeOf(mixture);
    return (high - low) / maxGridCells;
  });
  return Math.max(Math.min(...wanted), ...least);
}

/** Root mean square of the loss if the device contributed nothing, by 1,000 equal steps. */
function scaleOf(mixture: Mixture): number {
  const count = 1_000;
  let [weights, squares] = [0, 0];
  for (let i = 0; i <= count; i++) {
    const z = -8 + (16 * i) / count;
    const weight = Math.exp(-z * z * 0.5);
    const loss = lossAt(mixture, z * mixture.sigma);
    weights += weight;
    squares += weight * loss * loss;
  }
  return Math.sqrt(squares / weights);
}

/** ln of the ratio of the densities with and without the device. */
const lossAt = ({ sigma, probability }: Mixture, x: number): number =>
  logSum([Math.log1p(-probability), Math.log(probability) + (2 * x - 1) / (2 * sigma * sigma)]);

/** Point at which the loss has a value; −∞ below the smallest. */
const pointOf = ({ sigma, probability }: Mixture, loss: number): number =>
  sigma * sigma * Math.log1p(Math.max(-1, Math.expm1(loss) / probability)) + 0.5;

const rangeOf = (mixture: Mixture): readonly [low: number, high: number] => [
  lossAt(mixture, -farthest * mixture.sigma),
  lossAt(mixture, 1 + farthest * mixture.sigma),
];

/** Cells of the mixture against only the noise, cut at multiples of `step`. */
export function mixtureCells(mixture: Mixture, step: number): Cells {
  const { sigma, probability } = mixture;
  const [low, high] = rangeOf(mixture);
  const first = Math.floor(low / step);
  const count = Math.ceil(high / step) - first;
  const upper = new Float64Array(count);
  const lower = new Float64Array(count);
  const both = (x: number, side: 1 | -1) => {
    const plain = upperTail((side * x) / sigma);
    return [(1 - probability) * plain + probability * upperTail((side * (x - 1)) / sigma), plain] as const;
  };
  // Differences of a tail keep their digits where it is small: the left tail up to 0, the right one from
  // there on.
  let side: 1 | -1 = -1;
  let [mixed, plain] = both(pointOf(mixture, first * step), side);
  const before = { upper: mixed, lower: plain };
  for (let i = 0; i < count; i++) {
    const x = pointOf(mixture, (first + i + 1) * step);
    const [nextMixed, nextPlain] = both(x, side);
    upper[i] = Math.max(0, side * (mixed - nextMixed));
    lower[i] = Math.max(0, side * (plain - nextPlain));
    [mixed, plain] = [nextMixed, nextPlain];
    if (side === -1 && x >= 0) {
      side = 1;
      [mixed, plain] = both(x, side);
    }
  }
  return { step, first, upper, lower, beyond: mixed, before };
}
