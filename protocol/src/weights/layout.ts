import { sha256 } from '@noble/hashes/sha2.js';
import { utf8 } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';

/** Weight tensor of a model. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Tensors of a model in the order of its flat float32 vector. */
export interface Layout {
  readonly tensors: readonly WeightSpec[];
  /** Number of values of all tensors. */
  readonly count: number;
  /** SHA-256 of the canonical form, 32 bytes; both sides compare it before they read a vector. */
  readonly hash: Uint8Array;
}

/** Maximum values of a model: 2²⁷, half a GiB of float32. */
export const maxValues = 2 ** 27;

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Throws `model.unusable` for an impossible shape or size. */
export function layoutOf(tensors: readonly WeightSpec[]): Layout {
  const plain = tensors.map(({ name, shape }) => ({ name, shape: [...shape] }));
  for (const { name, shape } of plain) {
    if (!shape.every(length => Number.isSafeInteger(length) && length > 0))
      throw new MurmurationError('model.unusable', `The tensor ${name} has the impossible shape [${shape}].`);
  }
  const count = plain.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (count === 0 || count > maxValues)
    throw new MurmurationError(
      'model.unusable',
      `A model has 1 to ${maxValues} values; this one has ${count}.`,
    );
  const canonical = JSON.stringify(plain.map(({ name, shape }) => [name, shape]));
  return { tensors: plain, count, hash: sha256(utf8(canonical)) };
}
