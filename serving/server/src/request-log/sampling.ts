import { createHash } from 'node:crypto';

const range = 2 ** 32;

/** Whether the request of this id is among the share `rate` (0 to 1) that is logged: by a hash, so that all replicas say the same. */
export function isSampled(id: string, rate: number): boolean {
  if (rate >= 1) return true;
  return createHash('sha256').update(id).digest().readUInt32BE(0) < rate * range;
}
