import { type CategorySample, categorySample } from '../samples/sample.ts';
import { twoSampleTests } from '../two-sample/tests.ts';
import type { FeatureWindow } from './feature-window.ts';

/** The tests that need no more than counts. */
export const windowTests = [
  'chi-squared',
  'jensen-shannon',
  'psi',
  'hellinger',
  'kullback-leibler',
  'total-variation',
  'likelihood-ratio',
] as const;

export type WindowTest = (typeof windowTests)[number];

/** How a window compares with what its bins were made of. */
export interface WindowComparison {
  readonly test: WindowTest;
  readonly score: number;
  readonly threshold: number;
  readonly drifted: boolean;
}

/** Compares two windows that were counted with the same bins; undefined where one of them is empty. */
export function compareWindows(
  reference: FeatureWindow,
  current: FeatureWindow,
  test: WindowTest = 'jensen-shannon',
  threshold: number = twoSampleTests[test].threshold,
): WindowComparison | undefined {
  const [before, after] = [sampleOf(reference), sampleOf(current)];
  if (before.size === 0 || after.size === 0) return undefined;
  const score = twoSampleTests[test].score(before, after);
  return { test, score, threshold, drifted: twoSampleTests[test].differs(score, threshold) };
}

function sampleOf({ counts }: FeatureWindow): CategorySample {
  return categorySample(counts.map((count, bin) => [bin, count] as const));
}
