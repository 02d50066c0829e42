import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { checkedParticipation, type Participation } from './participation.ts';

/**
 * First column of a lower triangular Toeplitz matrix of n rounds: the strategy C, whose product with the
 * rounds' sums gets independent noise Z, or its inverse C⁻¹, so that a round gets noise (C⁻¹ Z)_t. Shorter
 * columns end in zeros.
 */
type Column = Float64Array | readonly number[];

/** First `rounds` entries of the inverse's column. The first entry of `column` must not be 0. */
export function inverseOf(column: Column, rounds: number): Float64Array {
  const inverse = new Float64Array(rounds);
  const first = column[0]!;
  for (let t = 0; t < rounds; t++) {
    let sum = t === 0 ? 1 : 0;
    const reach = Math.min(t, column.length - 1);
    for (let j = 1; j <= reach; j++) sum -= column[j]! * inverse[t - j]!;
    inverse[t] = sum / first;
  }
  return inverse;
}

/**
 * Squared sensitivity of a strategy, for contributions of norm 1: the squared norm of the sum of the columns
 * 0, b, 2b, … (k − 1)b of C (Kalinin & Lampert 2024, Theorem 2, as jax_privacy has it). No pattern of k
 * participations at least b apart has a larger one if the column's entries are neither negative nor
 * increasing.
 * @throws MurmurationError `config.invalid` for a column of another kind, and for participations that don't
 * fit the rounds.
 */
export function sensitivitySquared(strategy: Column, participation: Participation): number {
  const { n, b, k } = checkedParticipation(participation);
  for (let t = 0; t < Math.min(n, strategy.length); t++)
    if (!(strategy[t]! >= 0 && (t === 0 || strategy[t]! <= strategy[t - 1]!)))
      throw new MurmurationError(
        'config.invalid',
        `The sensitivity is known for strategies whose entries are not negative and do not increase; entry ${t} is ${strategy[t]}.`,
      );
  // The entry of all participations so far in a round: that of b rounds before plus its own, less the one
  // from k participations ago.
  const entries = new Float64Array(n);
  let sum = 0;
  for (let t = 0; t < n; t++) {
    const gone = t - k * b;
    const entry =
      (t >= b ? entries[t - b]! : 0) + (strategy[t] ?? 0) - (gone >= 0 ? (strategy[gone] ?? 0) : 0);
    entries[t] = entry;
    sum += entry * entry;
  }
  return sum;
}

/** Errors of a strategy's noise, for contributions of norm 1 at μ = 1. */
export interface Errors {
  /** Standard deviation of the noise in the sum of the first t rounds, for the worst t. */
  readonly rootMax: number;
  /** Root mean square of that standard deviation over all t. */
  readonly rootMean: number;
}

/**
 * Errors of the noise whose column (of C⁻¹) is `noising`, for a strategy with the squared sensitivity
 * `squared`.
 */
export function errorsOf(noising: Column, rounds: number, squared: number): Errors {
  let [prefix, variance, largest, sum] = [0, 0, 0, 0];
  for (let t = 0; t < rounds; t++) {
    prefix += noising[t] ?? 0;
    variance += prefix * prefix;
    largest = Math.max(largest, variance);
    sum += variance;
  }
  return { rootMax: Math.sqrt(squared * largest), rootMean: Math.sqrt((squared * sum) / rounds) };
}

/**
 * Variance of the noise of one round, `round` counted from 0, for Z of variance 1: the squared norm of that
 * row of C⁻¹.
 */
export function roundVariance(noising: Column, round: number): number {
  let sum = 0;
  for (let t = 0; t <= Math.min(round, noising.length - 1); t++) sum += noising[t]! * noising[t]!;
  return sum;
}
