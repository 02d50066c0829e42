/** Correction of the p-values of many tests, to bound false findings. */
export type Correction = 'none' | 'bonferroni' | 'benjamini-hochberg';

/**
 * Returns adjusted p-values in the given order, each to be compared with the threshold of a single test.
 * `bonferroni` bounds the probability of any false finding, `benjamini-hochberg` the expected share of false
 * ones among all findings (Benjamini and Hochberg 1995).
 */
export function corrected(chances: readonly number[], correction: Correction): number[] {
  const tests = chances.length;
  if (correction === 'none') return [...chances];
  if (correction === 'bonferroni') return chances.map(p => Math.min(1, p * tests));
  const order = chances.map((p, at) => ({ p, at })).sort((a, b) => b.p - a.p);
  const adjusted: number[] = [];
  let least = 1;
  order.forEach(({ p, at }, place) => {
    least = Math.min(least, (p * tests) / (tests - place));
    adjusted[at] = least;
  });
  return adjusted;
}
