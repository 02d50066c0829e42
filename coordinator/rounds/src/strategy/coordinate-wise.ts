import type { Mean } from '@murmuration/protocol/weights/quantize';

/**
 * Returns the model after a step of size `rate` along the result of `reduce` for each coordinate of the
 * updates. `reduce` gets the coordinate's values in ascending order, in a buffer that is valid until it
 * returns; weights don't count.
 */
export function stepPerCoordinate(
  model: Float32Array,
  updates: readonly Mean[],
  rate: number,
  reduce: (ascending: Float32Array) => number,
): Float32Array {
  const next = new Float32Array(model.length);
  const values = new Float32Array(updates.length);
  for (let i = 0; i < next.length; i++) {
    for (let u = 0; u < values.length; u++) values[u] = updates[u]!.delta[i]!;
    next[i] = model[i]! + rate * reduce(values.sort());
  }
  return next;
}
