import { variance } from '../samples/moments.ts';

/** Smallest unit of distance, for references with a smaller deviation. */
const leastDeviation = 0.001;

/**
 * Returns the Wasserstein distance: the mean distance that values must move to turn one sample into the
 * other, in standard deviations of the reference.
 */
export function wasserstein(reference: Float64Array, current: Float64Array): number {
  const unit = Math.max(Math.sqrt(variance(reference)), leastDeviation);
  return between(reference, current, Math.abs) / unit;
}

/** Returns the energy distance of two samples (Székely 2003). */
export function energy(reference: Float64Array, current: Float64Array): number {
  return Math.sqrt(2 * between(reference, current, difference => difference * difference));
}

/** Integrates `cost` of the distance between two empirical distributions. */
function between(
  reference: Float64Array,
  current: Float64Array,
  cost: (difference: number) => number,
): number {
  const m = reference.length;
  const n = current.length;
  let sum = 0;
  let i = 0;
  let j = 0;
  let last = Math.min(reference[0]!, current[0]!);
  // Values are visited one by one; equal ones add nothing.
  while (i < m || j < n) {
    const own = reference[i] ?? Infinity;
    const other = current[j] ?? Infinity;
    const value = Math.min(own, other);
    sum += cost(i / m - j / n) * (value - last);
    last = value;
    if (own === value) i += 1;
    else j += 1;
  }
  return sum;
}

/**
 * Returns the root of the Jensen–Shannon divergence of two distributions, with natural logarithms: from 0 to
 * √(ln 2).
 */
export function jensenShannon(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < p.length; at++) {
    const middle = (p[at]! + q[at]!) / 2;
    sum += part(p[at]!, middle) + part(q[at]!, middle);
  }
  return Math.sqrt(Math.max(0, sum / 2));
}

/** Returns the population stability index; no share may be 0. */
export function stability(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < p.length; at++) sum += (p[at]! - q[at]!) * Math.log(p[at]! / q[at]!);
  return sum;
}

/**
 * Returns the Kullback–Leibler divergence of `q` from `p`, with natural logarithms, of shares normalised to
 * a sum of 1; no share of `q` may be 0.
 */
export function kullbackLeibler(p: Float64Array, q: Float64Array): number {
  const [allP, allQ] = [total(p), total(q)];
  let sum = 0;
  for (let at = 0; at < p.length; at++) sum += part(p[at]! / allP, q[at]! / allQ);
  return sum;
}

/** Returns the Hellinger distance, from 0 to 1. */
export function hellinger(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < p.length; at++) sum += (Math.sqrt(p[at]!) - Math.sqrt(q[at]!)) ** 2;
  return Math.sqrt(sum / 2);
}

/**
 * Returns the total variation distance: the largest difference in the probability of any event, from 0 to 1.
 */
export function totalVariation(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < p.length; at++) sum += Math.abs(p[at]! - q[at]!);
  return sum / 2;
}

function part(p: number, q: number): number {
  return p === 0 ? 0 : p * Math.log(p / q);
}

function total(shares: Float64Array): number {
  return shares.reduce((sum, share) => sum + share, 0);
}
