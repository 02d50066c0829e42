import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Mechanism } from '../mechanisms/mechanism.ts';
import { partsOf } from './parts.ts';

/**
 * μ of the Gaussian mechanism that is exactly as private, infinite without noise.
 * @throws MurmurationError `config.invalid` if a part is not Gaussian and so has no μ, and for a mechanism
 * with numbers out of range.
 */
export function muOfMechanism(mechanism: Mechanism): number {
  const { squaredMu, sampled, distributed } = partsOf(mechanism);
  if (sampled.length > 0 || distributed.length > 0)
    throw new MurmurationError(
      'config.invalid',
      'Noise by devices and noise on sums of sampled devices are not Gaussian, so that they have no μ; accountOf has their ε.',
    );
  return Math.sqrt(squaredMu);
}
