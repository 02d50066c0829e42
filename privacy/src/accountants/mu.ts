import { MurmurationError } from '@murmuration/protocol/errors/errors';
import {
  correlatedSensitivitySquared,
  type Mechanism,
  requireNoiseMultiplier,
} from '../mechanisms/mechanism.ts';

/**
 * μ of the Gaussian mechanism that is exactly as private, infinite without noise (Dong et al. 2019; parts compose to the root of the sum
 * of their squares, their Corollary 2).
 * @throws MurmurationError `config.invalid` for a mechanism with numbers out of range.
 */
export const muOfMechanism = (mechanism: Mechanism): number => Math.sqrt(squaredMu(mechanism));

function squaredMu(mechanism: Mechanism): number {
  switch (mechanism.kind) {
    case 'gaussian':
      requireNoiseMultiplier(mechanism.noiseMultiplier);
      return mechanism.noiseMultiplier ** -2;
    case 'correlated':
      requireNoiseMultiplier(mechanism.noiseMultiplier);
      return correlatedSensitivitySquared(mechanism) / mechanism.noiseMultiplier ** 2;
    case 'repeated': {
      requireTimes(mechanism.times);
      const once = squaredMu(mechanism.of);
      return mechanism.times === 0 ? 0 : mechanism.times * once;
    }
    case 'composed':
      return mechanism.parts.reduce((sum, part) => sum + squaredMu(part), 0);
  }
}

function requireTimes(times: number): void {
  if (!(Number.isSafeInteger(times) && times >= 0))
    throw new MurmurationError('config.invalid', `times is a whole number from 0 on; found ${times}.`);
}
