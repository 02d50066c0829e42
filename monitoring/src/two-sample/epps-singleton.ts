import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { chiSquaredAbove } from '../distributions/chi-squared.ts';
import { quantile } from '../samples/moments.ts';

/** Where characteristic functions are compared, in half distances between quartiles. */
const points = [0.4, 0.8];

/**
 * The test of Epps and Singleton 1986, by empirical characteristic functions: the p-value. Both lists hold at least five values; throws
 * `data.malformed` where fewer, or where values vary too little for it.
 */
export function eppsSingleton(reference: Float64Array, current: Float64Array): number {
  const m = reference.length;
  const n = current.length;
  const all = m + n;
  if (Math.min(m, n) < 5)
    throw new MurmurationError('data.malformed', 'The test needs five values in each sample.');
  const joint = Float64Array.from([...reference, ...current]).sort();
  const unit = (quantile(joint, 0.75) - quantile(joint, 0.25)) / 2;
  if (!(unit > 0))
    throw new MurmurationError('data.malformed', 'The test needs values that vary between the quartiles.');
  const first = wavesOf(reference, unit);
  const second = wavesOf(current, unit);
  const size = first.means.length;
  const rows = first.means.map((mean, i) => [
    ...first.means.map((_, j) => {
      const at = i * size + j;
      return (all / m) * first.covariance[at]! + (all / n) * second.covariance[at]!;
    }),
    mean - second.means[i]!,
  ]);
  const differences = first.means.map((mean, i) => mean - second.means[i]!);
  const solved = solve(rows);
  let statistic = all * differences.reduce((sum, value, at) => sum + value * solved[at]!, 0);
  if (Math.max(m, n) < 25) statistic /= 1 + all ** -0.45 + 10.1 * (m ** -1.7 + n ** -1.7);
  return chiSquaredAbove(statistic, size);
}

/** Means of cosines and sines at the points, and how they vary together. */
function wavesOf(values: Float64Array, unit: number) {
  const size = 2 * points.length;
  const wavesAt = (value: number) => [
    ...points.map(point => Math.cos((point * value) / unit)),
    ...points.map(point => Math.sin((point * value) / unit)),
  ];
  const means = Array<number>(size).fill(0);
  for (const value of values)
    wavesAt(value).forEach((wave, i) => {
      means[i]! += wave / values.length;
    });
  const covariance = Array<number>(size * size).fill(0);
  for (const value of values) {
    const away = wavesAt(value).map((wave, i) => wave - means[i]!);
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) covariance[i * size + j]! += (away[i]! * away[j]!) / values.length;
  }
  return { means, covariance };
}

/** Solves linear equations, each a row of factors and then its value, by Gauss's elimination with pivots. */
function solve(rows: number[][]): number[] {
  const size = rows.length;
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
      for (let at = column; at <= size; at++) rows[row]![at]! -= factor * own[at]!;
    }
  }
  return rows.map((row, at) => row[size]! / row[at]!);
}
