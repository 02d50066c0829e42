import { requireLength } from './running-sum.ts';

/** Returns the number of contributors, then the elements: 32 bits each. */
export function snapshotOf(contributors: number, elements: Int32Array): Uint8Array {
  const values = new Int32Array(1 + elements.length);
  values[0] = contributors;
  values.set(elements, 1);
  return new Uint8Array(values.buffer);
}

/**
 * Restores the elements of a snapshot; returns the number of contributors. Throws `storage.corrupt` if it has
 * another length.
 */
export function restoreElements(snapshot: Uint8Array, elements: Int32Array): number {
  requireLength(snapshot, 4 * (1 + elements.length));
  const values = new Int32Array(new Uint8Array(snapshot).buffer);
  elements.set(values.subarray(1));
  return values[0]!;
}
