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

/** DP-FTRL: Gaussian noise that rounds share, so that the noise of the sum of all rounds stays small. */
export interface Correlated extends Participation {
  readonly kind: 'correlated';
  /** How rounds share noise: `bisrNoise` of some bands, or `bltNoise`. */
  readonly noise: { readonly kind: 'bisr'; readonly bands: number } | ({ readonly kind: 'blt' } & Blt);
  /** z: standard deviation of the independent Z / clip, before the sensitivity of the strategy. */
  readonly noiseMultiplier: number;
}

/** A release to which a device contributes with a probability only, because the coordinator tosses a coin for each device and nobody sees how it fell. */
export interface Sampled {
  readonly kind: 'sampled';
  /** q, above 0 and at most 1: independent for each device and each release. Devices that come when they like are not sampled. */
  readonly probability: number;
  readonly of: Gaussian;
}

/** The same mechanism several times, each on what a device contributes then, chosen after those before it were seen. */
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

/** What adds noise to what is released: data, of which accountants are functions. */
export type Mechanism = Gaussian | Correlated | Distributed | Sampled | Repeated | Composed;

/** The first column of the strategy C of correlated noise over all its rounds. */
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

/** The first column of C⁻¹ of correlated noise: what one unit of Z in a round does to the rounds from there on. It ends where only zeros follow. */
export const noisingOf = (noise: Correlated['noise'], rounds: number): Float64Array =>
  noise.kind === 'blt' ? bltNoising(noise, rounds) : bisrNoising(Math.min(noise.bands, rounds));

/** Squared sensitivity of the strategy of correlated noise, for contributions of norm 1. */
export function correlatedSensitivitySquared(
  mechanism: Pick<Correlated, 'noise' | keyof Participation>,
): number {
  checkedParticipation(mechanism);
  return sensitivitySquared(strategyOf(mechanism), mechanism);
}

/** @throws MurmurationError `config.invalid` unless it is 0 or more; a variance is no standard deviation, which nobody can see here. */
export function requireNoiseMultiplier(value: number): void {
  if (!(value >= 0 && Number.isFinite(value)))
    throw new MurmurationError(
      'config.invalid',
      `noiseMultiplier is the standard deviation of the noise divided by the clip, 0 or more; found ${value}.`,
    );
}
