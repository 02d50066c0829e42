import type { Sample } from '../samples/sample.ts';

/** What a test takes: numbers, categories, or either. */
export type Takes = 'numbers' | 'categories' | 'either';

/** Compares what a feature was with what it is. */
export interface TwoSample {
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly takes: Takes;
  /** A p-value, from 0 to 1, is small where samples differ; a distance is large, from 0 on. */
  readonly measures: 'p-value' | 'distance';
  /** The score from which on samples differ, where nobody says otherwise. */
  readonly threshold: number;
  /** Of samples that are not empty. */
  score(reference: Sample, current: Sample): number;
  /** Whether a score says that the samples differ. */
  differs(score: number, threshold: number): boolean;
}

type Given = Omit<TwoSample, 'measures' | 'differs' | 'score'>;

/** A test by the chance of a difference this large between samples of one distribution. */
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

/** A test by how far apart the distributions are. */
export function byDistance(given: Given, score: TwoSample['score']): TwoSample {
  return { ...given, measures: 'distance', score, differs: (distance, limit) => distance >= limit };
}
