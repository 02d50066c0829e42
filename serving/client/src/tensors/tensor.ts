import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Datatype, Tensor, TensorSpec } from '@murmuration/protocol/tensors/tensor';

export type { Tensor, TensorSpec };

/** Maximum dimensions of a tensor. */
const mostDimensions = 16;

/** Maximum characters of a refusal, which may quote the input. */
const longestDetail = 2_000;

/** Throws `inference.input` with a text that says what is wrong. */
export function refuseInput(detail: string): never {
  throw new MurmurationError('inference.input', detail.slice(0, longestDetail));
}

/** Formats a value from the wire for a refusal, in at most 100 characters. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100)).slice(0, 100);
  // Other values may be long, so only their kind is named.
  if (typeof value === 'object' && value !== null && !(value instanceof Number))
    return Array.isArray(value) ? 'a list' : 'an object';
  return value === undefined ? 'nothing' : String(value);
}

/** Elements that one of a datatype counts as: the bytes of each string are a separate object. */
export function weightOf(datatype: Datatype): number {
  return datatype === 'BYTES' ? 32 : 1;
}

/**
 * Number of elements of a shape from the wire. Throws `inference.input` for an invalid shape, such as with a
 * negative length, and for more than `most` elements, which count as `weight` each: before anything of
 * that size is allocated.
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
    // Rows without an element still count as rows.
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

/** True if a tensor of this shape matches `spec`. */
export function fits(shape: readonly number[], spec: readonly number[]): boolean {
  return (
    shape.length === spec.length && spec.every((length, index) => length === -1 || length === shape[index])
  );
}

/** Describes tensors in one line for an error: `"ids" INT32 [-1, -1]`. */
export function describeSpecs(specs: readonly TensorSpec[]): string {
  return specs.map(({ name, datatype, shape }) => `"${name}" ${datatype} [${shape.join(', ')}]`).join(', ');
}
