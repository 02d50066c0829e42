import { logGamma } from '../distributions/gamma.ts';
import { normalAbove } from '../distributions/normal.ts';
import { walk } from '../samples/sample.ts';

/**
 * Returns the p-value of the rank sum test of Mann, Whitney and Wilcoxon, by the normal approximation with
 * corrections for ties and continuity. Both lists must be ascending and not empty. `less` tests if values of
 * the reference tend to be below the current ones.
 */
export function mannWhitney(
  reference: Float64Array,
  current: Float64Array,
  alternative: 'two-sided' | 'less' = 'two-sided',
): number {
  const m = reference.length;
  const n = current.length;
  let ranks = 0;
  let ties = 0;
  let before = 0;
  let beforeReference = 0;
  walk(reference, current, (_, below, belowCurrent) => {
    const tied = below + belowCurrent - before;
    ranks += (below - beforeReference) * (before + (tied + 1) / 2);
    ties += tied ** 3 - tied;
    before += tied;
    beforeReference = below;
  });
  const u = ranks - (m * (m + 1)) / 2;
  const all = m + n;
  const deviation = Math.sqrt(((m * n) / 12) * (all + 1 - ties / (all * (all - 1))));
  if (deviation === 0) return 1;
  const above = alternative === 'less' ? m * n - u : Math.max(u, m * n - u);
  const p = normalAbove((above - (m * n) / 2 - 0.5) / deviation);
  return alternative === 'less' ? p : Math.min(1, 2 * p);
}

/**
 * Returns the p-value of the two-sample test of Cramér and von Mises, by its limiting distribution (Anderson
 * 1962) with the mean and variance under ties. Both lists must be ascending, with at least two values each.
 */
export function cramerVonMises(reference: Float64Array, current: Float64Array): number {
  const m = reference.length;
  const n = current.length;
  const product = m * n;
  const all = m + n;
  let sum = 0;
  let expected = 0;
  let varied = 0;
  /** Sum over the values so far of their count times the squared number of values up to them. */
  let weighed = 0;
  let before = 0;
  walk(reference, current, (_, below, belowCurrent) => {
    const upTo = below + belowCurrent;
    const tied = upTo - before;
    sum += tied * (below / m - belowCurrent / n) ** 2;
    expected += tied * upTo * (all - upTo);
    varied += tied * (all - upTo) ** 2 * (2 * weighed + tied * upTo ** 2);
    weighed += tied * upTo ** 2;
    before = upTo;
  });
  const statistic = (product / all ** 2) * sum;
  // Ratio of the variance to that without ties.
  const untied = (all ** 2 * (all ** 2 - 1) * (2 * all ** 2 + 7)) / 180;
  const left = varied / untied;
  const spread =
    (left * ((all + 1) * (4 * product * all - 3 * (m ** 2 + n ** 2) - 2 * product))) /
    (45 * all ** 2 * 4 * product);
  if (!(spread > 0)) return 1;
  const standard = 1 / 6 + (statistic - expected / (all ** 2 * (all - 1))) / Math.sqrt(45 * spread);
  return standard < 0.003 ? 1 : Math.max(0, 1 - limit(standard));
}

/**
 * Returns the distribution function of the statistic for infinite samples (Csörgő and Faraway 1996, equation
 * 1.2).
 */
function limit(x: number): number {
  let sum = 0;
  for (let k = 0; ; k++) {
    const y = 4 * k + 1;
    const q = y ** 2 / (16 * x);
    const factor = Math.exp(logGamma(k + 0.5) - logGamma(k + 1)) / (Math.PI ** 1.5 * Math.sqrt(x));
    const term = factor * Math.sqrt(y) * besselTimes(0.25, q);
    sum += term;
    if (term < 1e-7) return sum;
  }
}

/**
 * Returns exp(−q) · K_ν(q), the modified Bessel function of the second kind, by its integral ∫ exp(−q cosh
 * t) cosh(νt) dt and the trapezoidal rule.
 */
function besselTimes(order: number, q: number): number {
  const step = 1 / 64;
  let sum = 0.5 * Math.exp(-2 * q);
  for (let t = step; ; t += step) {
    const term = Math.exp(-q * (Math.cosh(t) + 1)) * Math.cosh(order * t);
    sum += term;
    if (term === 0) return sum * step;
  }
}
