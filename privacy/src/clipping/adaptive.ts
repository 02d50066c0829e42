import { MurmurationError } from '@murmuration/protocol/errors/errors';

/**
 * Adaptive clipping by a quantile (Andrew et al. 2021, "Differentially Private Learning with Adaptive
 * Clipping").
 */
export interface AdaptiveClipping {
  /** γ, the share of contributions that are not clipped, from 0 to 1; ½ by default. */
  readonly quantile?: number;
  /** η, the rate at which the clip moves; 0.2 by default. */
  readonly rate?: number;
  /** Kind of step: by a factor, as in the paper and by default, or by a difference. */
  readonly step?: 'geometric' | 'arithmetic';
}

/**
 * Clip of the next round: exp(−η (below − γ)) times that of this one, where `below` is the share of
 * contributions whose norm was at most the clip, noise included. It falls if more than the quantile were
 * within it, and rises if fewer were.
 * @throws MurmurationError `config.invalid` for settings out of range.
 */
export function nextClip(
  clip: number,
  below: number,
  { quantile = 0.5, rate = 0.2, step = 'geometric' }: AdaptiveClipping = {},
): number {
  if (!(quantile >= 0 && quantile <= 1))
    throw new MurmurationError('config.invalid', `quantile is from 0 to 1; found ${quantile}.`);
  if (!(rate >= 0 && Number.isFinite(rate)))
    throw new MurmurationError('config.invalid', `rate is 0 or more; found ${rate}.`);
  const excess = below - quantile;
  return step === 'geometric' ? clip * Math.exp(-rate * excess) : Math.max(0, clip - rate * excess);
}

/** Noise multiplier, divided between a sum and the count of those whose norm was below the clip. */
export interface SplitNoise {
  /** σ_b, standard deviation of the noise on the count. */
  readonly count: number;
  /** z_Δ, noise multiplier of the sum. */
  readonly sum: number;
}

/**
 * Splits the noise multiplier z between a sum and a count so that both together spend the same (Andrew et al.
 * 2021, Theorem 1): z_Δ = (z⁻² − (2σ_b)⁻²)^(−½). Each device counts ±½. σ_b is a twentieth of the cohort by
 * default.
 * @throws MurmurationError `config.invalid` if σ_b is too small for z, with the bound that it has to exceed.
 */
export function splitNoise(noiseMultiplier: number, cohort: number, count = cohort / 20): SplitNoise {
  if (!(count > noiseMultiplier / 2))
    throw new MurmurationError(
      'config.invalid',
      `The noise of the count has a standard deviation above ${noiseMultiplier / 2}, half of the noise multiplier; found ${count}.`,
    );
  return { count, sum: (noiseMultiplier ** -2 - (2 * count) ** -2) ** -0.5 };
}
