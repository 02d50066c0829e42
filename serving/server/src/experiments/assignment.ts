import { createHash } from 'node:crypto';
import type { ServedArm, ServedExperiment, Variant } from './experiment.ts';

/** Maximum characters of a key that count; the rest is ignored. */
export const maxKeyLength = 1_024;

/** Largest absolute covariate: squares of sums of them fit a double. */
export const largestCovariate = 1e12;

/** Bits of a hash that make a position. */
const bits = 48;

/** Hash of a key with a salt. */
export interface Hashed {
  /** Position in [0, 1); uniform over keys, and independent between salts. */
  readonly position: number;
  /** Pseudonym of the key, hexadecimal. */
  readonly unit: string;
}

/** Hashes the salt, a NUL and the key with SHA-256: the same in each process and after each restart. */
export function hashed(salt: string, key: string): Hashed {
  const digest = createHash('sha256').update(salt).update('\0').update(key).digest();
  return { position: digest.readUIntBE(0, bits / 8) / 2 ** bits, unit: digest.toString('hex', 8, 16) };
}

/** Returns the arm at a position: arms follow each other in order, each as long as its share. */
export function armAt(arms: readonly ServedArm[], position: number): ServedArm {
  let end = 0;
  for (const arm of arms) {
    end += arm.share;
    if (position < end) return arm;
  }
  // The sum of shares may be a rounding error below 1.
  return arms.at(-1)!;
}

/** Returns the variant of a key in an experiment; undefined if it is outside the experiment's layer range. */
export function assigned(
  experiment: ServedExperiment,
  key: string,
): (Variant & { readonly version: string }) | undefined {
  const { id, salt, layer, arms } = experiment;
  if (layer.to - layer.from < 1) {
    const { position } = hashed(layer.salt, key);
    if (position < layer.from || position >= layer.to) return undefined;
  }
  const { position, unit } = hashed(salt, key);
  const { name, version } = armAt(arms, position);
  return { experiment: id, arm: name, unit, version };
}
