import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Privacy budget of a training. */
export interface Budget {
  readonly epsilon: number;
  /** Should be well below 1 / devices of the population. */
  readonly delta: number;
}

/** @throws MurmurationError `config.invalid` unless `delta` is above 0 and below 1. */
export function requireDelta(delta: number | undefined): void {
  if (!(delta !== undefined && delta > 0 && delta < 1))
    throw new MurmurationError(
      'config.invalid',
      `A privacy budget needs a delta above 0 and below 1, and well below 1 / devices of the population, such as 1e-10; found ${delta}.`,
    );
}

/** @throws MurmurationError `config.invalid` unless `epsilon` is a number above 0. */
export function requireEpsilon(epsilon: number | undefined): void {
  if (!(epsilon !== undefined && epsilon > 0 && Number.isFinite(epsilon)))
    throw new MurmurationError(
      'config.invalid',
      `A privacy budget needs an epsilon above 0, such as 4; found ${epsilon}.`,
    );
}
