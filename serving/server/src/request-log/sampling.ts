import { createHash } from 'node:crypto';

const range = 2 ** 32;

/**
 * Returns true if the request with this id is in the logged share `rate` (0 to 1): by a hash, so that all
 * replicas agree.
 */
export function isSampled(id: string, rate: number): boolean {
  if (rate >= 1) return true;
  return createHash('sha256').update(id).digest().readUInt32BE(0) < rate * range;
}
