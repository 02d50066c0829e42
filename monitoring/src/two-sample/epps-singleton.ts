import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { quantile } from '../samples/moments.ts';
import { aboveByMixing } from './mixing.ts';

/** Where characteristic functions are compared, in half distances between quartiles. */
const points = [0.4, 0.8];
const size = 2 * points.length;

/**
 * The test of Epps and Singleton 1986, by empirical characteristic functions: the p-value. It takes the covariance of both samples together, and
 * what mixing them would give: that of each by itself, as in the paper, is far too small for a few values, and where one sample is much the
 * larger. Both lists hold at least five values; throws `data.malformed` where fewer, or where values vary too little for it.
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

/** Cosines and sines at the points. */
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

/** In the unit whose inverse this is. */
function squaredLength(vector: readonly number[], inverse: readonly number[][]): number {
  return vector.reduce(
    (sum, a, i) => sum + a * vector.reduce((inner, b, j) => inner + inverse[i]![j]! * b, 0),
    0,
  );
}

/** By Gauss's elimination with pivots. */
function inverseOf(matrix: readonly number[][]): number[][] {
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))]);
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const own = rows[column]!;
    if (Math.abs(own[column]!) < 1e-12)
      throw new MurmurationError('data.malformed', 'The test needs values that vary more.');
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = rows[row]![column]! / own[column]!;
      for (let at = column; at < own.length; at++) rows[row]![at]! -= factor * own[at]!;
    }
  }
  return rows.map((row, i) => row.slice(size).map(value => value / row[i]!));
}
