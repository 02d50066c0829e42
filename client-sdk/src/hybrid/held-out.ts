import type { Serving } from '@murmuration/engine/serving';

/** Share of a device's examples that is unknown to the personal models among which λ is chosen. */
const share = 0.2;

/**
 * Whether an example is held out. It follows from what the example asks of a model alone: the same on each day and after each
 * restart, and copies of one example are never on both sides.
 */
export function isHeldOut(example: unknown, serving: Serving<unknown>): boolean {
  const { input, targets } = serving.questions(example);
  const values = Float64Array.from([...input, ...targets.map(target => target.class)]);
  return hashOf(new Uint8Array(values.buffer)) < share * 2 ** 32;
}

/** FNV-1a, 32 bits, with the finaliser of MurmurHash3, without which short inputs leave the high bits alike. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
