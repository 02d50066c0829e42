import { ranked } from './halving.ts';

/** A trial in the lead, with what its repeats came to, one for each of the same seeds; null where one failed. */
export interface Leader {
  readonly trial: number;
  readonly repeats: readonly (number | null)[];
}

/** A leader by its repeats. */
export interface Judged {
  readonly trial: number;
  /** Mean of the repeats; null where one failed. */
  readonly score: number | null;
  /** Standard error of that mean; null for a single repeat, or where one failed. */
  readonly error: number | null;
  /** How much worse than the one that was chosen, seed by seed, with its standard error; null where either failed. */
  readonly behind: { readonly mean: number; readonly error: number | null } | null;
}

/**
 * Chooses among those in the lead by the mean of their repeats, from seeds that none of them was selected on: what brought a trial into the
 * lead is high also by luck, and does not count again. All leaders have the same seeds, so that differences are taken seed by seed. The
 * first is the one that is chosen.
 */
export function judge(leaders: readonly Leader[], better: 'higher' | 'lower'): Judged[] {
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

/** Standard error of a mean; null for fewer than two values. */
export function errorOf(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
