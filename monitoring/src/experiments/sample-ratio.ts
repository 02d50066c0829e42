import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { logGamma } from '../distributions/gamma.ts';

export interface SampleRatioOptions {
  /** Strength of the prior belief that a fault is small. */
  readonly concentration?: number;
}

/** State of the test. Plain data. */
export interface SampleRatioState {
  /** Units of each arm so far. */
  readonly counts: readonly number[];
  /** Log of the evidence for faulty shares against the intended ones. */
  readonly logEvidence: number;
  /** Least probability so far of as much evidence under the intended shares, from 0 to 1. */
  readonly p: number;
}

/**
 * Makes a sequential test that arms get their intended shares (Lindon, Semmens and Gotwalt 2022), with a
 * p-value valid at any look. `shares`: of each arm, above 0; they are normalised to a sum of 1. Throws
 * `config.invalid` for other shares.
 */
export function sampleRatio(
  shares: readonly number[],
  { concentration = 10_000 }: SampleRatioOptions = {},
): {
  init(): SampleRatioState;
  /** Returns the state after more units of each arm, in the order of the shares. */
  add(state: SampleRatioState, units: readonly number[]): SampleRatioState;
} {
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (shares.length < 2 || !shares.every(share => share > 0 && Number.isFinite(share)))
    throw new MurmurationError(
      'config.invalid',
      'An experiment has two arms at least, each with a share above 0.',
    );
  const asked = shares.map(share => share / total);
  const prior = asked.map(share => share * concentration);
  return {
    init: () => ({ counts: asked.map(() => 0), logEvidence: 0, p: 1 }),
    add({ counts, p }, units) {
      if (units.length !== asked.length || !units.every(each => Number.isSafeInteger(each) && each >= 0))
        throw new MurmurationError('config.invalid', `Units are ${asked.length} whole numbers from 0 on.`);
      const next = counts.map((count, arm) => count + units[arm]!);
      const all = next.reduce((sum, count) => sum + count, 0);
      let logEvidence = logGamma(concentration) - logGamma(concentration + all);
      next.forEach((count, arm) => {
        logEvidence += logGamma(prior[arm]! + count) - logGamma(prior[arm]!) - count * Math.log(asked[arm]!);
      });
      return { counts: next, logEvidence, p: Math.min(p, Math.exp(-logEvidence)) };
    },
  };
}
