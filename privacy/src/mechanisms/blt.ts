import { MurmurationError } from '@murmuration/protocol/errors/errors';

/**
 * Buffered linear Toeplitz strategy (McMahan et al. 2024, arXiv 2404.16706 and 2408.08868): the column of C
 * is 1, then Σ_j ω_j θ_j^(i−1), so that its inverse needs one buffer of the model's size for each θ, for any
 * number of rounds.
 */
export interface Blt {
  /** Decay of each buffer from round to round, above 0 and at most 1. */
  readonly theta: readonly number[];
  /** Share of each buffer that a round subtracts; positive, with a sum of at most 1. */
  readonly omega: readonly number[];
}

/** @throws MurmurationError `config.invalid` for parameters with an unknown sensitivity. */
export function requireBlt({ theta, omega }: Blt): void {
  if (theta.length === 0 || theta.length !== omega.length)
    throw new MurmurationError(
      'config.invalid',
      `A BLT has as many of theta as of omega, 1 or more; found ${theta.length} and ${omega.length}.`,
    );
  const wrong = theta.find(value => !(value > 0 && value <= 1));
  if (wrong !== undefined)
    throw new MurmurationError('config.invalid', `theta is above 0 and at most 1; found ${wrong}.`);
  const sum = omega.reduce((total, value) => total + value, 0);
  if (!(omega.every(value => value > 0) && sum <= 1))
    throw new MurmurationError(
      'config.invalid',
      `omega are positive and add up to at most 1; found ${omega.join(', ')}, which add up to ${sum}.`,
    );
}

/** First `rounds` entries of the strategy C. */
export function bltStrategy({ theta, omega }: Blt, rounds: number): Float64Array {
  const column = new Float64Array(rounds);
  const powers = Float64Array.from(omega);
  column[0] = 1;
  for (let t = 1; t < rounds; t++)
    for (let j = 0; j < powers.length; j++) {
      column[t] = column[t]! + powers[j]!;
      powers[j] = powers[j]! * theta[j]!;
    }
  return column;
}

/** First `rounds` entries of C⁻¹: the effect of one unit of Z in round 0 on the rounds from there on. */
export function bltNoising({ theta, omega }: Blt, rounds: number): Float64Array {
  const column = new Float64Array(rounds);
  const buffers = new Float64Array(theta.length);
  for (let t = 0; t < rounds; t++) {
    let value = t === 0 ? 1 : 0;
    for (let j = 0; j < buffers.length; j++) value -= omega[j]! * buffers[j]!;
    column[t] = value;
    for (let j = 0; j < buffers.length; j++) buffers[j] = theta[j]! * buffers[j]! + value;
  }
  return column;
}
