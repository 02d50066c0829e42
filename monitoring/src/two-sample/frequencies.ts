import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { chiSquaredAbove } from '../distributions/chi-squared.ts';
import { logBinomial } from '../distributions/gamma.ts';
import { type BinShares, countCategories } from '../samples/bins.ts';
import type { CategorySample } from '../samples/sample.ts';
import { aboveByMixing } from './mixing.ts';

/** Expected count of a category below which the χ² distribution is too inexact (Cochran 1954). */
const minExpectedCount = 5;

/**
 * Returns the p-value of the χ² test of homogeneity of two samples that are not exact. Rare
 * categories, with an expected count below five in a sample, are handled: two categories by Fisher's exact
 * test, more by the variance of the statistic over all samples with the same categories, if that is larger
 * than for χ².
 */
export function chiSquared(reference: CategorySample, current: CategorySample): number {
  const table = tableOf(reference, current);
  if (table.totals.length < 2) return 1;
  const rare = hasRare(table);
  if (rare && table.totals.length === 2) return fisher(table);
  const { m, n, totals } = table;
  const statistic = pearson(table);
  const p = chiSquaredAbove(statistic, totals.length - 1);
  if (!rare) return p;
  const rarity = totals.reduce((sum, each) => sum + (m + n) / each, 0) - 2 * totals.length + 1;
  return Math.max(p, aboveByMixing(statistic, { m, n, dimensions: totals.length - 1, rarity }));
}

/**
 * Returns the p-value of the likelihood-ratio test (G-test); with rare categories, that of the χ² test,
 * since G then finds far too many differences.
 */
export function likelihoodRatio(reference: CategorySample, current: CategorySample): number {
  const table = tableOf(reference, current);
  if (table.totals.length < 2 || hasRare(table)) return chiSquared(reference, current);
  const { m, n, totals } = table;
  const cost = (count: number, expected: number) =>
    count === 0 ? 0 : 2 * count * Math.log(count / expected);
  const statistic = totals.reduce((sum, all, at) => {
    const share = all / (m + n);
    return sum + cost(table.reference[at]!, m * share) + cost(table.current[at]!, n * share);
  }, 0);
  return chiSquaredAbove(Math.max(0, statistic), totals.length - 1);
}

/**
 * Returns the p-value of the two-sided z-test, with one pooled share, that the first of two categories is as
 * frequent in both samples; by Fisher's exact test if one is rare. It is 1 if both samples have only the
 * same category. Throws `data.malformed` for more than two categories.
 */
export function proportions(reference: CategorySample, current: CategorySample): number {
  if (tableOf(reference, current).totals.length > 2)
    throw new MurmurationError(
      'data.malformed',
      'The z-test of proportions compares two different values, and here are more: take chi-squared, or a test of numbers.',
    );
  // The square of z is χ².
  return chiSquared(reference, current);
}

interface Table extends BinShares {
  /** Counts by category, of both samples. */
  readonly totals: Float64Array;
  readonly m: number;
  readonly n: number;
}

function tableOf(reference: CategorySample, current: CategorySample): Table {
  const counts = countCategories(reference, current);
  const totals = counts.reference.map((count, at) => count + counts.current[at]!);
  return { ...counts, totals, m: reference.size, n: current.size };
}

function hasRare({ totals, m, n }: Table): boolean {
  return (totals.reduce((least, all) => Math.min(least, all)) * Math.min(m, n)) / (m + n) < minExpectedCount;
}

function pearson({ reference, current, totals, m, n }: Table): number {
  return totals.reduce(
    (sum, all, at) => sum + (reference[at]! * Math.sqrt(n / m) - current[at]! * Math.sqrt(m / n)) ** 2 / all,
    0,
  );
}

/**
 * Returns the p-value of Fisher's exact test of two categories: the probability of a table no more likely
 * than this one, among those with the same totals.
 */
function fisher({ reference, totals, m, n }: Table): number {
  const [first, second] = [totals[0]!, totals[1]!];
  const chanceOf = (count: number) =>
    Math.exp(logBinomial(first, count) + logBinomial(second, m - count) - logBinomial(m + n, m));
  const own = chanceOf(reference[0]!);
  let sum = 0;
  for (let count = Math.max(0, m - second); count <= Math.min(first, m); count++) {
    const chance = chanceOf(count);
    // Equal probabilities differ in their last digits.
    if (chance <= own * (1 + 1e-7)) sum += chance;
  }
  return sum;
}
