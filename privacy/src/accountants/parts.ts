import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Distributed, requireDistributed } from '../mechanisms/distributed.ts';
import {
  correlatedSensitivitySquared,
  type Mechanism,
  requireNoiseMultiplier,
} from '../mechanisms/mechanism.ts';

/** Releases of a sampled Gaussian mechanism. */
export interface SampledPart {
  readonly probability: number;
  readonly noiseMultiplier: number;
  readonly times: number;
}

/** Parts of a mechanism, however it was composed. */
export interface MechanismParts {
  /**
   * μ² of all Gaussian parts together: they compose to one Gaussian mechanism (Dong et al. 2019, Corollary
   * 2). Infinite without noise.
   */
  readonly squaredMu: number;
  readonly sampled: readonly SampledPart[];
  /** Releases with noise by devices. */
  readonly distributed: readonly { readonly of: Distributed; readonly times: number }[];
}

/** @throws MurmurationError `config.invalid` for a mechanism with numbers out of range. */
export function partsOf(mechanism: Mechanism): MechanismParts {
  const sampled = new Map<string, SampledPart>();
  const distributed: { of: Distributed; times: number }[] = [];
  let squaredMu = 0;

  function add(part: Mechanism, times: number): void {
    switch (part.kind) {
      case 'gaussian':
        addGaussian(1, part.noiseMultiplier, times);
        return;
      case 'correlated':
        addGaussian(correlatedSensitivitySquared(part), part.noiseMultiplier, times);
        return;
      case 'skellam':
      case 'discreteGaussian':
        requireDistributed(part);
        if (times > 0) distributed.push({ of: part, times });
        return;
      case 'sampled':
        addSampled(part.probability, part.of.noiseMultiplier, times);
        return;
      case 'repeated':
        requireTimes(part.times);
        add(part.of, times * part.times);
        return;
      case 'composed':
        for (const each of part.parts) add(each, times);
    }
  }

  function addGaussian(squared: number, noiseMultiplier: number, times: number): void {
    requireNoiseMultiplier(noiseMultiplier);
    if (times > 0) squaredMu += (times * squared) / noiseMultiplier ** 2;
  }

  function addSampled(probability: number, noiseMultiplier: number, times: number): void {
    requireNoiseMultiplier(noiseMultiplier);
    if (!(probability > 0 && probability <= 1))
      throw new MurmurationError(
        'config.invalid',
        `The probability with which a device is drawn is above 0 and at most 1; found ${probability}.`,
      );
    if (probability === 1 || noiseMultiplier === 0) {
      addGaussian(1, noiseMultiplier, times);
      return;
    }
    const key = `${probability} ${noiseMultiplier}`;
    const before = sampled.get(key)?.times ?? 0;
    if (times > 0) sampled.set(key, { probability, noiseMultiplier, times: before + times });
  }

  add(mechanism, 1);
  return { squaredMu, sampled: [...sampled.values()], distributed };
}

function requireTimes(times: number): void {
  if (!(Number.isSafeInteger(times) && times >= 0))
    throw new MurmurationError('config.invalid', `times is a whole number from 0 on; found ${times}.`);
}
