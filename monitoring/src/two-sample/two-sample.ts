import type { Sample } from '../samples/sample.ts';

/** Kind of samples that a test takes. */
export type Takes = 'numbers' | 'categories' | 'either';

/** Test that compares a feature's current values with its reference. */
export interface TwoSample {
  readonly name: string;
  /** Title for people. */
  readonly title: string;
  readonly takes: Takes;
  /**
   * Kind of the score: a p-value, from 0 to 1, is small if samples differ; a distance, from 0 on, is large.
   */
  readonly measures: 'p-value' | 'distance';
  /** Default score from which on samples differ. */
  readonly threshold: number;
  /** Returns the score of two samples that are not empty. */
  score(reference: Sample, current: Sample): number;
  /** True if a score means that the samples differ. */
  differs(score: number, threshold: number): boolean;
}

type Given = Omit<TwoSample, 'measures' | 'differs' | 'score'>;

/** Makes a test from the probability of a difference this large between samples of one distribution. */
export function byChance(
  given: Given & { readonly inclusive?: boolean },
  score: TwoSample['score'],
): TwoSample {
  const { inclusive = false, ...named } = given;
  return {
    ...named,
    measures: 'p-value',
    score: (reference, current) => Math.min(1, Math.max(0, score(reference, current))),
    differs: inclusive ? (p, threshold) => p <= threshold : (p, threshold) => p < threshold,
  };
}

/** Makes a test from a distance between distributions. */
export function byDistance(given: Given, score: TwoSample['score']): TwoSample {
  return { ...given, measures: 'distance', score, differs: (distance, limit) => distance >= limit };
}
