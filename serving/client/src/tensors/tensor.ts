import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Datatype, Tensor, TensorSpec } from '@murmuration/protocol/tensors/tensor';

export type { Tensor, TensorSpec };

/** Dimensions of a tensor at most. */
const mostDimensions = 16;

/** Characters of a refusal, which may name what came. */
const longestDetail = 2_000;

/** Refuses input, with a text that says what is wrong. */
export function refuseInput(detail: string): never {
  throw new MurmurationError('inference.input', detail.slice(0, longestDetail));
}

/** A value that came over a wire as refusals have it, in 100 characters at most. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100)).slice(0, 100);
  // Of others it would take long to write it down.
  if (typeof value === 'object' && value !== null && !(value instanceof Number))
    return Array.isArray(value) ? 'a list' : 'an object';
  return value === undefined ? 'nothing' : String(value);
}

/** Elements that one of a datatype counts as: the bytes of each string are an object of their own. */
export function weightOf(datatype: Datatype): number {
  return datatype === 'BYTES' ? 32 : 1;
}

/**
 * How many elements a shape that came over a wire has. Throws `inference.input` for one that is none, such as with a negative length, and
 * for more than `most` elements, each of which counts as `weight`: before anything is made of that size.
 */
export function elementsOf(name: string, shape: unknown, most: number, weight = 1): number {
  if (!Array.isArray(shape)) refuseInput(`The tensor "${name}" has no shape; expected a list of lengths.`);
  if (shape.length > mostDimensions)
    refuseInput(`The tensor "${name}" has ${shape.length} dimensions; ${mostDimensions} are the most.`);
  let count = 1;
  for (const length of shape) {
    if (!Number.isSafeInteger(length) || length < 0)
      refuseInput(
        `The shape of the tensor "${name}" holds ${shown(length)}; lengths are whole numbers from 0 up.`,
      );
    // Rows without an element are rows all the same.
    count *= Math.max(length, 1);
    // Beyond that, a product is no longer exact.
    if (count > Number.MAX_SAFE_INTEGER)
      refuseInput(`The shape [${shape}] of the tensor "${name}" has more elements than can be counted.`);
  }
  if (count * weight > most)
    refuseInput(
      `The shape [${shape}] of the tensor "${name}" has ${count} elements; ${Math.floor(most / weight)} are the most that this server takes.`,
    );
  return shape.includes(0) ? 0 : count;
}

/** Whether a tensor of this shape is one of those that `spec` describes. */
export function fits(shape: readonly number[], spec: readonly number[]): boolean {
  return (
    shape.length === spec.length && spec.every((length, index) => length === -1 || length === shape[index])
  );
}

/** One line about tensors for an error: `ids INT32 [-1, -1]`. */
export function describeSpecs(specs: readonly TensorSpec[]): string {
  return specs.map(({ name, datatype, shape }) => `"${name}" ${datatype} [${shape.join(', ')}]`).join(', ');
}
