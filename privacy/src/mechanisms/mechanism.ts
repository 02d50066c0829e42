import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { bisrNoising, bisrStrategy } from './bisr.ts';
import { type Blt, bltNoising, bltStrategy, requireBlt } from './blt.ts';
import type { Distributed } from './distributed.ts';
import { checkedParticipation, type Participation } from './participation.ts';
import { sensitivitySquared } from './toeplitz.ts';

/** Independent Gaussian noise on one release to which a device contributes once. */
export interface Gaussian {
  readonly kind: 'gaussian';
  /** z: standard deviation of the noise / clip. */
  readonly noiseMultiplier: number;
}

/**
 * DP-FTRL: Gaussian noise correlated between rounds, so that the noise of the sum of all rounds stays small.
 */
export interface Correlated extends Participation {
  readonly kind: 'correlated';
  /** Correlation between rounds: `bisrNoise` of some bands, or `bltNoise`. */
  readonly noise: { readonly kind: 'bisr'; readonly bands: number } | ({ readonly kind: 'blt' } & Blt);
  /** z: standard deviation of the independent Z / clip, before the sensitivity of the strategy. */
  readonly noiseMultiplier: number;
}

/**
 * Release to which each device contributes with a probability: the coordinator decides at random for each
 * device, and the outcome stays secret.
 */
export interface Sampled {
  readonly kind: 'sampled';
  /**
   * q, above 0 and at most 1: independent for each device and each release. Devices that come when they like
   * are not sampled.
   */
  readonly probability: number;
  readonly of: Gaussian;
}

/**
 * Same mechanism several times, each time on a device's contribution at that time, chosen after those before
 * it were seen.
 */
export interface Repeated {
  readonly kind: 'repeated';
  readonly times: number;
  readonly of: Mechanism;
}

/** Several mechanisms on contributions of the same devices, each chosen after those before it were seen. */
export interface Composed {
  readonly kind: 'composed';
  readonly parts: readonly Mechanism[];
}

/** Mechanism that adds noise to a release: data that accountants evaluate. */
export type Mechanism = Gaussian | Correlated | Distributed | Sampled | Repeated | Composed;

/** First column of the strategy C of correlated noise over all its rounds. */
export function strategyOf({ noise, rounds }: Pick<Correlated, 'noise' | 'rounds'>): Float64Array {
  if (noise.kind === 'blt') {
    requireBlt(noise);
    return bltStrategy(noise, rounds);
  }
  if (!(Number.isSafeInteger(noise.bands) && noise.bands >= 1))
    throw new MurmurationError(
      'config.invalid',
      `bands is a whole number from 1 on; found ${noise.bands}. Each costs as much time as independent noise does.`,
    );
  return bisrStrategy(noise.bands, rounds);
}

/**
 * First column of C⁻¹ of correlated noise: the effect of one unit of Z in a round on the rounds from there
 * on. Ends where only zeros follow.
 */
export const noisingOf = (noise: Correlated['noise'], rounds: number): Float64Array =>
  noise.kind === 'blt' ? bltNoising(noise, rounds) : bisrNoising(Math.min(noise.bands, rounds));

/** Squared sensitivity of the strategy of correlated noise, for contributions of norm 1. */
export function correlatedSensitivitySquared(
  mechanism: Pick<Correlated, 'noise' | keyof Participation>,
): number {
  checkedParticipation(mechanism);
  return sensitivitySquared(strategyOf(mechanism), mechanism);
}

/**
 * @throws MurmurationError `config.invalid` unless it is 0 or more. It can't detect a variance passed by
 * mistake.
 */
export function requireNoiseMultiplier(value: number): void {
  if (!(value >= 0 && Number.isFinite(value)))
    throw new MurmurationError(
      'config.invalid',
      `noiseMultiplier is the standard deviation of the noise divided by the clip, 0 or more; found ${value}.`,
    );
}
