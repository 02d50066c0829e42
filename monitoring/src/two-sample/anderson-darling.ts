import { MurmurationError } from '@murmuration/protocol/errors/errors';

/**
 * Critical values by significance, from 25 % to 0.1 %: the value for many samples, and its corrections by
 * their number (Scholz and Stephens 1987, table 2).
 */
const significances = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];
const b0 = [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085];
const b1 = [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615];
const b2 = [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154];

/**
 * Tests if samples come from one distribution by Anderson and Darling, with ties at their middle rank.
 * Returns the standardised statistic and a p-value interpolated between the published critical values, so it
 * is from 0.001 to 0.25. `samples`: two or more, ascending, not empty, with four values and two distinct
 * ones in total; throws `data.malformed` otherwise.
 */
export function andersonDarling(samples: readonly Float64Array[]): {
  readonly statistic: number;
  readonly p: number;
} {
  const k = samples.length;
  const all = Float64Array.from(samples.flatMap(sample => [...sample])).sort();
  const total = all.length;
  if (k < 2 || total < 4 || all[0] === all[total - 1] || samples.some(sample => sample.length === 0))
    throw new MurmurationError(
      'data.malformed',
      'The test needs two samples, four values and two distinct ones.',
    );
  const sum = samples.reduce((before, sample) => before + weighed(sample, all) / sample.length, 0);
  const statistic = (((total - 1) / total) * sum - (k - 1)) / spread(samples, total);
  return { statistic, p: chance(statistic, k - 1) };
}

/**
 * Equation 7: squared distance of a sample from all values, weighted by the rarity of a distance at each
 * rank.
 */
function weighed(sample: Float64Array, all: Float64Array): number {
  const total = all.length;
  let sum = 0;
  let at = 0;
  let own = 0;
  while (at < total) {
    const value = all[at]!;
    const first = at;
    while (at < total && all[at] === value) at += 1;
    const ties = at - first;
    const before = own;
    while (own < sample.length && sample[own] === value) own += 1;
    const rank = first + ties / 2;
    const ownRank = (before + own) / 2;
    sum +=
      ((ties / total) * (total * ownRank - rank * sample.length) ** 2) /
      (rank * (total - rank) - (total * ties) / 4);
  }
  return sum;
}

/** Equation 4: standard deviation of the statistic. */
function spread(samples: readonly Float64Array[], n: number): number {
  const k = samples.length;
  const inverse = samples.reduce((sum, sample) => sum + 1 / sample.length, 0);
  let h = 0;
  let g = 0;
  for (let i = 1; i < n - 1; i++) {
    h += 1 / (n - i);
    g += h / (i + 1);
  }
  h += 1;
  const a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * inverse;
  const b = (2 * g - 4) * k ** 2 + 8 * h * k + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
  const c = (6 * h + 2 * g - 2) * k ** 2 + (4 * h - 4 * g + 6) * k + (2 * h - 6) * inverse + 4 * h;
  const d = (2 * h + 6) * k ** 2 - 4 * h * k;
  return Math.sqrt((a * n ** 3 + b * n ** 2 + c * n + d) / ((n - 1) * (n - 2) * (n - 3)));
}

/** Returns the p-value of a statistic, by a parabola through the logarithms of the published ones. */
function chance(statistic: number, m: number): number {
  const critical = b0.map((value, at) => value + b1[at]! / Math.sqrt(m) + b2[at]! / m);
  if (statistic < critical[0]!) return significances[0]!;
  if (statistic > critical.at(-1)!) return significances.at(-1)!;
  return Math.exp(parabola(critical, significances.map(Math.log), statistic));
}

/**
 * Returns the value at `at` of the parabola nearest to the points (least squares, by polynomials that are
 * orthogonal on them).
 */
function parabola(x: readonly number[], y: readonly number[], at: number): number {
  const n = x.length;
  const mean = x.reduce((sum, value) => sum + value, 0) / n;
  const line = x.map(value => value - mean);
  const lineSquare = dot(line, line);
  const skew = line.reduce((sum, value) => sum + value ** 3, 0) / lineSquare;
  const curveAt = (value: number) => value ** 2 - skew * value - lineSquare / n;
  const curve = line.map(curveAt);
  return (
    y.reduce((sum, value) => sum + value, 0) / n +
    (dot(line, y) / lineSquare) * (at - mean) +
    (dot(curve, y) / dot(curve, curve)) * curveAt(at - mean)
  );
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * b[at]!, 0);
}
