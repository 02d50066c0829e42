import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { quantile } from '../samples/moments.ts';
import { aboveByMixing } from './mixing.ts';

/** Points at which characteristic functions are compared, in half interquartile ranges. */
const points = [0.4, 0.8];
const size = 2 * points.length;

/**
 * Returns the p-value of the test of Epps and Singleton 1986, by empirical characteristic functions. It uses
 * the covariance of both samples together, and the distribution under mixing: with each sample's own
 * covariance, as in the paper, it is far too small for few values, and for samples of very different sizes.
 * Throws `data.malformed` for fewer than five values in a list, and for values that vary too little.
 */
export function eppsSingleton(reference: Float64Array, current: Float64Array): number {
  const m = reference.length;
  const n = current.length;
  const all = m + n;
  if (Math.min(m, n) < 5)
    throw new MurmurationError('data.malformed', 'The test needs five values in each sample.');
  const joint = Float64Array.from([...reference, ...current]);
  const sorted = joint.toSorted();
  const unit = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2;
  if (!(unit > 0))
    throw new MurmurationError('data.malformed', 'The test needs values that vary between the quartiles.');
  const waves = Array.from(joint, value => wavesOf(value / unit));
  const means = meansOf(waves);
  const away = waves.map(each => each.map((wave, i) => wave - means[i]!));
  const inverse = inverseOf(covarianceOf(away));
  const rarity = away.reduce((sum, each) => sum + squaredLength(each, inverse) ** 2, 0) / all;
  const [first, second] = [meansOf(waves.slice(0, m)), meansOf(waves.slice(m))];
  const difference = first.map((mean, i) => mean - second[i]!);
  const statistic = ((m * n) / all) * squaredLength(difference, inverse);
  return aboveByMixing(statistic, { m, n, dimensions: size, rarity });
}

/** Returns the cosines and sines at the points. */
function wavesOf(value: number): number[] {
  return [...points.map(point => Math.cos(point * value)), ...points.map(point => Math.sin(point * value))];
}

function meansOf(rows: readonly number[][]): number[] {
  const means = Array<number>(size).fill(0);
  for (const row of rows)
    row.forEach((value, i) => {
      means[i]! += value / rows.length;
    });
  return means;
}

function covarianceOf(rows: readonly number[][]): number[][] {
  return Array.from({ length: size }, (_, i) =>
    Array.from(
      { length: size },
      (_, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0) / rows.length,
    ),
  );
}

/** Returns the squared length in the metric of `inverse`. */
function squaredLength(vector: readonly number[], inverse: readonly number[][]): number {
  return vector.reduce(
    (sum, a, i) => sum + a * vector.reduce((inner, b, j) => inner + inverse[i]![j]! * b, 0),
    0,
  );
}

/** Inverts a covariance by Gaussian elimination, which needs no pivots for it. */
function inverseOf(matrix: readonly number[][]): number[][] {
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))]);
  for (let column = 0; column < size; column++) {
    const own = rows[column]!;
    if (own[column]! < 1e-12)
      throw new MurmurationError('data.malformed', 'The test needs values that vary more.');
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = rows[row]![column]! / own[column]!;
      for (let at = column; at < own.length; at++) rows[row]![at]! -= factor * own[at]!;
    }
  }
  return rows.map((row, i) => row.slice(size).map(value => value / row[i]!));
}
