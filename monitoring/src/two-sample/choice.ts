import { distinctOfBoth, type Sample } from '../samples/sample.ts';
import type { TestName } from './tests.ts';

/** From more values in the reference on, nearly any difference is significant, so distances decide. */
const mostForChances = 1_000;
/** Numbers with fewer distinct values are compared as categories. */
const fewValues = 5;

/** The test that Evidently 0.7 takes where nobody names one, by the size of the reference and how many distinct values there are. */
export function defaultTest(reference: Sample, current: Sample): TestName {
  // Only few are counted in both: most features have many.
  const least = Math.max(reference.distinct, current.distinct);
  const distinct = least > fewValues ? least : distinctOfBoth(reference, current);
  const isMany = reference.kind === 'numbers' && distinct > fewValues;
  if (reference.size > mostForChances) return isMany ? 'wasserstein' : 'jensen-shannon';
  if (isMany) return 'kolmogorov-smirnov';
  return distinct > 2 ? 'chi-squared' : 'z';
}
