import { seededUniform } from '@murmuration/engine/training/seeded';
import { gaussianEpsilon } from '@murmuration/privacy/accountants/gaussian';
import type { Scores } from './scores.ts';

/** Measured ε with its interval. */
export interface Empirical {
  readonly epsilon: number;
  /**
   * Ends of the 95 % interval, from resampling canaries, separately for those that took part and those that
   * did not.
   */
  readonly lower: number;
  readonly upper: number;
  /** Canaries that took part. */
  readonly canaries: number;
}

const resamples = 2_000;

/**
 * Estimates ε at δ of an attacker who infers participation from scores: that of the Gaussian mechanism with
 * the same distance between the scores (Andrew et al. 2023, §3). Assumes normal scores, which sums over many
 * coordinates are.
 */
export function empiricalEpsilon({ present, absent }: Scores, delta: number, seed: number): Empirical {
  const uniform = seededUniform(seed);
  const found = Array.from({ length: resamples }, () =>
    distance(momentsOf(present, uniform), momentsOf(absent, uniform)),
  );
  const sorted = Float64Array.from(found).sort();
  const at = (share: number) => sorted[Math.round(share * (resamples - 1))]!;
  const epsilonOf = (mu: number) => gaussianEpsilon(Math.max(0, mu), delta);
  return {
    epsilon: epsilonOf(distance(momentsOf(present), momentsOf(absent))),
    lower: epsilonOf(at(0.025)),
    upper: epsilonOf(at(0.975)),
    canaries: present.length,
  };
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** Returns μ: the distance between the means in standard deviations. */
function distance(one: Moments, other: Moments): number {
  return (one.mean - other.mean) / Math.sqrt((one.variance + other.variance) / 2);
}

/** Returns the moments of the values, or of a bootstrap sample of them. */
function momentsOf(values: Float64Array, draw?: () => number): Moments {
  const { length } = values;
  let [sum, squares] = [0, 0];
  for (let i = 0; i < length; i++) {
    const value = values[draw ? Math.floor(draw() * length) : i]!;
    sum += value;
    squares += value * value;
  }
  const mean = sum / length;
  return { mean, variance: (squares - sum * mean) / (length - 1) };
}
