import { distinctOfBoth, type Sample } from '../samples/sample.ts';
import type { TestName } from './tests.ts';

/**
 * Most reference values for tests of significance; with more, nearly any difference is significant, so
 * distances are used.
 */
const mostForChances = 1_000;
/** Most distinct numbers that are compared as categories. */
const fewValues = 5;

/**
 * Returns the default test of Evidently 0.7, by the size of the reference and the number of distinct values.
 */
export function defaultTest(reference: Sample, current: Sample): TestName {
  // Counts the joint distinct values only if there are few: most features have many.
  const least = Math.max(reference.distinct, current.distinct);
  const distinct = least > fewValues ? least : distinctOfBoth(reference, current);
  const isMany = reference.kind === 'numbers' && distinct > fewValues;
  if (reference.size > mostForChances) return isMany ? 'wasserstein' : 'jensen-shannon';
  if (isMany) return 'kolmogorov-smirnov';
  return distinct > 2 ? 'chi-squared' : 'z';
}
