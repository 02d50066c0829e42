import { seededUniform } from '@murmuration/engine/training/seeded';
import { chance } from '../behaviour/chance.ts';
import { normal } from '../partition/distributions.ts';

/**
 * Draws a device's direction, uniform on the sphere of radius `length` (Andrew et al. 2023, "One-shot
 * empirical privacy estimation for federated learning", §3). In many dimensions it is nearly orthogonal to
 * everything that other devices send.
 */
export function canary(seed: number, device: number, count: number, length: number): Float32Array {
  const uniform = seededUniform(Math.floor(chance(seed, 'canary', device) * 2 ** 32));
  const direction = Float64Array.from({ length: count }, () => normal(uniform));
  const norm = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
  return Float32Array.from(direction, value => (value * length) / norm);
}
