import { createHash } from 'node:crypto';
import type { ServedArm, ServedExperiment, Variant } from './experiment.ts';

/** The longest key that is taken as it is, characters; of a longer one the beginning counts. */
export const longestKey = 1_024;

/** The largest covariate, and the smallest less than 0: squares of sums of them are no matter for a double. */
export const largestCovariate = 1e12;

/** Bits of a hash that make a position. */
const bits = 48;

/** What a salt makes of a key. */
export interface Hashed {
  /** From 0 to 1, 1 excluded; uniform over keys, and independent for another salt. */
  readonly position: number;
  /** Hexadecimal: names the key without saying it. */
  readonly unit: string;
}

/** SHA-256 over the salt, a NUL and the key: the same in each process and after each restart. */
export function hashed(salt: string, key: string): Hashed {
  const digest = createHash('sha256').update(salt).update('\0').update(key).digest();
  return { position: digest.readUIntBE(0, bits / 8) / 2 ** bits, unit: digest.toString('hex', 8, 16) };
}

/** The arm at a position: arms follow each other in their order, each as long as its share. */
export function armAt(arms: readonly ServedArm[], position: number): ServedArm {
  let end = 0;
  for (const arm of arms) {
    end += arm.share;
    if (position < end) return arm;
  }
  // Sums of shares may be a rounding error below 1.
  return arms.at(-1)!;
}

/** The part of a key in an experiment; undefined: it has none. */
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
