import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { type Layout, sizeOf } from '@murmuration/protocol/weights/layout';

/**
 * Returns the evidence in a delta, at any scale, for each id of the vocabulary that its owner typed that
 * word. Every tensor with a row or a value for each id contributes:
 * - A row of the embedding changes only if its word was an input (Melis et al. 2019, "Exploiting Unintended
 * Feature Leakage in Collaborative Learning", the paragraph on the embedding layer): the evidence is its
 * length.
 * - A bias of the output rises each time that its word came next, and falls slowly at all other times (Zhao
 * et al. 2020, "iDLG: Improved Deep Leakage from Gradients", on labels): the evidence is its value.
 *
 * Quantisation and masks add noise to both. So each is measured in median absolute deviations above the
 * median of all ids, and the larger one counts.
 */
export function evidence(layout: Layout, delta: Float32Array, ids: number): Float64Array {
  const strongest = new Float64Array(ids).fill(Number.NEGATIVE_INFINITY);
  let at = 0;
  for (const { shape } of layout.tensors) {
    const size = sizeOf(shape);
    if (shape[0] === ids && shape.length <= 2) {
      const tensor = delta.subarray(at, at + size);
      const marks = standardise(shape.length === 1 ? Float64Array.from(tensor) : rowNorms(tensor, ids));
      for (let id = 0; id < ids; id++) strongest[id] = Math.max(strongest[id]!, marks[id]!);
    }
    at += size;
  }
  return strongest;
}

/** Adds the evidence of two sources. */
export function together(one: Float64Array, other: Float64Array): Float64Array {
  return one.map((value, id) => value + other[id]!);
}

/**
 * Returns the `count` word ids with the strongest evidence; ties by frequency, since more frequent words have
 * smaller ids.
 */
export function nameWords(evidence: Float64Array, count: number): number[] {
  const words = Array.from(evidence.keys()).slice(firstWordId);
  return words.sort((a, b) => evidence[b]! - evidence[a]! || a - b).slice(0, count);
}

function rowNorms(tensor: Float32Array, rows: number): Float64Array {
  const width = tensor.length / rows;
  return Float64Array.from({ length: rows }, (_, row) =>
    Math.hypot(...tensor.subarray(row * width, (row + 1) * width)),
  );
}

/**
 * Standardises to median 0 and median absolute deviation 1, which a minority of large values does not move.
 */
function standardise(values: Float64Array): Float64Array {
  const centre = median(values);
  const spread = median(values.map(value => Math.abs(value - centre))) || 1;
  return values.map(value => (value - centre) / spread);
}

function median(values: Float64Array): number {
  return values.toSorted()[values.length >> 1]!;
}
