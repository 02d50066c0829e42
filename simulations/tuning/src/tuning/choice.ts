import { ranked } from './halving.ts';

/** Leading trial with the scores of its repeats, one per seed; null if one failed. */
export interface Leader {
  readonly trial: number;
  readonly repeats: readonly (number | null)[];
}

/** Leader judged by its repeats. */
export interface JudgedTrial {
  readonly trial: number;
  /** Mean of the repeats; null if one failed. */
  readonly score: number | null;
  /** Standard error of that mean; null for a single repeat, or if one failed. */
  readonly error: number | null;
  /**
   * Mean difference by which it is worse than the chosen one, paired by seed, with its standard error; null
   * if either failed.
   */
  readonly behind: { readonly mean: number; readonly error: number | null } | null;
}

/**
 * Ranks the leaders by the mean of their repeats; the first one is chosen. Repeats use seeds on which no
 * leader was selected, because the score that made a trial a leader is biased by luck. All leaders share the
 * same seeds, so differences are paired by seed.
 */
export function judge(leaders: readonly Leader[], better: 'higher' | 'lower'): JudgedTrial[] {
  const means = leaders.map(({ trial, repeats }) => {
    const values = numbersIn(repeats);
    return { trial, values, score: values && mean(values) };
  });
  const order = ranked(means, better);
  const best = order[0]?.values ?? null;
  return order.map(({ trial, values, score }) => {
    const differences =
      values && best?.map((value, i) => (better === 'higher' ? value - values[i]! : values[i]! - value));
    return {
      trial,
      score,
      error: values && errorOf(values),
      behind: differences ? { mean: mean(differences), error: errorOf(differences) } : null,
    };
  });
}

function numbersIn(values: readonly (number | null)[]): number[] | null {
  const numbers = values.filter(value => value !== null);
  return numbers.length > 0 && numbers.length === values.length ? numbers : null;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Returns the standard error of a mean; null for fewer than two values. */
export function errorOf(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
