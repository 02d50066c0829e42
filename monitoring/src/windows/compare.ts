import { countCategories } from '../samples/bins.ts';
import { type CategorySample, categorySample } from '../samples/sample.ts';
import { chiSquared } from '../two-sample/frequencies.ts';
import { twoSampleTests } from '../two-sample/tests.ts';
import { distanceByChance, maxFalseDriftShare, type WindowDistance } from './chance.ts';
import type { FeatureWindow } from './feature-window.ts';

/** Tests that need only counts. */
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

/** Comparison of a window with its reference. */
export interface WindowComparison {
  readonly test: WindowTest;
  readonly score: number;
  /**
   * Score from which on it has drifted; for a distance, at least the one that chance allows for these
   * numbers of rows and bins.
   */
  readonly threshold: number;
  readonly drifted: boolean;
}

/**
 * Compares two windows counted with the same bins; undefined if one of them is empty. Missing and unreadable
 * values have their own bins, so a feature that disappears has drifted.
 */
export function compareWindows(
  reference: FeatureWindow,
  current: FeatureWindow,
  test: WindowTest = 'jensen-shannon',
  threshold: number = twoSampleTests[test].threshold,
): WindowComparison | undefined {
  const [before, after] = [sampleOf(reference), sampleOf(current)];
  if (before.size === 0 || after.size === 0) return undefined;
  const { score: scoreOf, differs } = twoSampleTests[test];
  const score = scoreOf(before, after);
  if (!isDistance(test)) return { test, score, threshold, drifted: differs(score, threshold) };
  const limit = Math.max(threshold, distanceByChance(test, countCategories(before, after)));
  return {
    test,
    score,
    threshold: limit,
    drifted: differs(score, limit) && chiSquared(before, after) < maxFalseDriftShare,
  };
}

function isDistance(test: WindowTest): test is WindowDistance {
  return twoSampleTests[test].measures === 'distance';
}

function sampleOf({ counts, missing, unreadable }: FeatureWindow): CategorySample {
  return categorySample([...counts, missing, unreadable].map((count, bin) => [bin, count] as const));
}
