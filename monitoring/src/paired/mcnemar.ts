import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { incompleteBeta } from '../distributions/gamma.ts';

/** Counts of examples that only one of two classifiers got right. */
export interface Discordant {
  readonly first: number;
  readonly second: number;
}

/**
 * Returns the p-value of McNemar's exact test (McNemar 1947): the two-sided probability that examples on
 * which two equally good classifiers differ are so uneven; from 0 to 1, and 1 if they differ on none. Throws
 * `config.invalid` for invalid counts.
 */
export function mcnemar({ first, second }: Discordant): number {
  if (!Number.isSafeInteger(first) || first < 0 || !Number.isSafeInteger(second) || second < 0)
    throw new MurmurationError(
      'config.invalid',
      `Counts are whole numbers from 0 on, not ${first} and ${second}.`,
    );
  const [fewer, more] = [Math.min(first, second), Math.max(first, second)];
  // Of a binomial distribution with one half: P(X ≤ k) = I_½(n − k, k + 1).
  return more === 0 ? 1 : Math.min(1, 2 * incompleteBeta(more, fewer + 1, 0.5));
}

/**
 * Counts the examples on which two classifiers differ; `first` and `second` have a value above 0 for each
 * example that was right, else 0.
 */
export function discordant(first: ArrayLike<number>, second: ArrayLike<number>): Discordant {
  const counts = { first: 0, second: 0 };
  for (let at = 0; at < first.length; at++) {
    const [one, other] = [first[at]! > 0, second[at]! > 0];
    if (one && !other) counts.first += 1;
    if (other && !one) counts.second += 1;
  }
  return counts;
}
