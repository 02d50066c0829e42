import { type TensorInfo, UnsortedSegmentSum } from '../tfjs/tf.ts';
import { allocate, floats, ints, wasmKernel } from './heap.ts';

interface Inputs {
  /** `[rows, ...inner]`, float32 or int32. */
  readonly x: TensorInfo;
  /** Segment to which each row is added: `[rows]`, int32. */
  readonly segmentIds: TensorInfo;
}

/**
 * Adds up rows by segment: the gradient of an embedding lookup. Drops ids that are negative or at least
 * `numSegments`, as TensorFlow's UnsortedSegmentSum and the CPU backend do.
 */
export const unsortedSegmentSum = wasmKernel<Inputs, { readonly numSegments: number }>(
  UnsortedSegmentSum,
  ({ inputs: { x, segmentIds }, attrs: { numSegments }, backend }) => {
    const [rows = 0, ...inner] = x.shape;
    const width = inner.reduce((product, size) => product * size, 1);
    const output = allocate(backend, [numSegments, ...inner], x.dtype);
    const read = x.dtype === 'int32' ? ints : floats;
    const values = read(backend, x);
    const ids = ints(backend, segmentIds);
    const sums = read(backend, output);
    sums.fill(0);
    for (let row = 0; row < rows; row++) {
      const segment = ids[row]!;
      if (segment < 0 || segment >= numSegments) continue;
      const from = row * width;
      const to = segment * width;
      for (let i = 0; i < width; i++) sums[to + i]! += values[from + i]!;
    }
    return output;
  },
);
