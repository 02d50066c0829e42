import { chiSquaredAbove } from '../distributions/chi-squared.ts';
import { normalAbove } from '../distributions/normal.ts';
import { countCategories } from '../samples/bins.ts';
import { type CategorySample, categoriesOfBoth } from '../samples/sample.ts';

/**
 * Pearson's χ² test whether the categories of `current` are as frequent as in `reference`, which is taken as exact: the p-value. A category
 * that the reference has not is impossible there, so it gives 0.
 */
export function chiSquared(reference: CategorySample, current: CategorySample): number {
  return goodness(reference, current, (expected, observed) => (observed - expected) ** 2 / expected);
}

/** The same by the ratio of likelihoods (G-test). */
export function likelihoodRatio(reference: CategorySample, current: CategorySample): number {
  return goodness(reference, current, (expected, observed) =>
    observed === 0 ? 0 : 2 * observed * Math.log(observed / expected),
  );
}

function goodness(
  reference: CategorySample,
  current: CategorySample,
  cost: (expected: number, observed: number) => number,
): number {
  const counts = countCategories(reference, current);
  const scale = current.size / reference.size;
  let statistic = 0;
  counts.reference.forEach((count, at) => {
    statistic += cost(count * scale, counts.current[at]!);
  });
  return counts.reference.length < 2 ? 1 : chiSquaredAbove(statistic, counts.reference.length - 1);
}

/**
 * The two-sided z-test with one pooled share whether the first of two categories, in order, is as frequent in both samples: the p-value. It
 * is 1 where both samples have the same one category only.
 */
export function proportions(reference: CategorySample, current: CategorySample): number {
  const [first, second] = categoriesOfBoth(reference, current);
  if (first === undefined || second === undefined) return 1;
  const share = (sample: CategorySample) => (sample.counts.get(first) ?? 0) / sample.size;
  const pooled =
    ((reference.counts.get(first) ?? 0) + (current.counts.get(first) ?? 0)) / (reference.size + current.size);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / reference.size + 1 / current.size));
  return 2 * normalAbove(Math.abs(share(reference) - share(current)) / deviation);
}
