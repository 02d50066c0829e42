import type { Mechanism } from '../mechanisms/mechanism.ts';
import { gaussianDelta, gaussianEpsilon, truePositives } from './gaussian.ts';
import { muOfMechanism } from './mu.ts';

/** What one accountant says of a mechanism. */
export interface Account {
  /** By which curve: `gaussian` is exact. */
  readonly accountant: 'gaussian';
  /** μ of the Gaussian mechanism that is as private, infinite without noise. */
  readonly mu: number;
  /** The least ε at δ; infinite where there is none. */
  epsilonAt(delta: number): number;
  /** The least δ at ε ≥ 0. */
  deltaAt(epsilon: number): number;
  /** Largest share of those who took part that a test finds which accuses that share of the others wrongly. */
  truePositivesAt(falsePositives: number): number;
}

/**
 * The account of a mechanism by the accountant that is exact for it.
 * @throws MurmurationError `config.invalid` for a mechanism with numbers out of range.
 */
export function accountOf(mechanism: Mechanism): Account {
  const mu = muOfMechanism(mechanism);
  return {
    accountant: 'gaussian',
    mu,
    epsilonAt: delta => gaussianEpsilon(mu, delta),
    deltaAt: epsilon => gaussianDelta(mu, epsilon),
    truePositivesAt: falsePositives => truePositives(mu, falsePositives),
  };
}
