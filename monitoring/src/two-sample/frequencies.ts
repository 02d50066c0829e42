import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { chiSquaredAbove } from '../distributions/chi-squared.ts';
import { logBinomial } from '../distributions/gamma.ts';
import { countCategories, type Shares } from '../samples/bins.ts';
import type { CategorySample } from '../samples/sample.ts';
import { aboveByMixing } from './mixing.ts';

/** Where fewer are expected of a category in a sample, the χ² distribution is too far from what chance makes (Cochran 1954). */
const fewest = 5;

/**
 * The χ² test of homogeneity whether both samples are of one distribution, neither being exact: the p-value. Rare categories, of which a sample
 * should have fewer than five, are allowed for: of two categories by Fisher's exact test, of more by how far the statistic varies over all
 * samples with the same categories, where that is further than χ² does.
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

/** The same by the ratio of likelihoods (G-test); where categories are rare it is the χ² test, since G then finds far too much. */
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
 * The two-sided z-test with one pooled share whether the first of two categories is as frequent in both samples: the p-value, by Fisher's exact
 * test where one is rare. It is 1 where both samples have the same one category only; throws `data.malformed` of more than two.
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

interface Table extends Shares {
  /** By category, of both samples. */
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
  return (totals.reduce((least, all) => Math.min(least, all)) * Math.min(m, n)) / (m + n) < fewest;
}

function pearson({ reference, current, totals, m, n }: Table): number {
  return totals.reduce(
    (sum, all, at) => sum + (reference[at]! * Math.sqrt(n / m) - current[at]! * Math.sqrt(m / n)) ** 2 / all,
    0,
  );
}

/** Fisher's exact test of two categories: the chance of a table that is no more likely than this one, of those with the same totals. */
function fisher({ reference, totals, m, n }: Table): number {
  const [first, second] = [totals[0]!, totals[1]!];
  const chanceOf = (count: number) =>
    Math.exp(logBinomial(first, count) + logBinomial(second, m - count) - logBinomial(m + n, m));
  const own = chanceOf(reference[0]!);
  let sum = 0;
  for (let count = Math.max(0, m - second); count <= Math.min(first, m); count++) {
    const chance = chanceOf(count);
    // Equal ones differ in their last digits.
    if (chance <= own * (1 + 1e-7)) sum += chance;
  }
  return sum;
}
