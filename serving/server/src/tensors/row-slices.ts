import type { NumericData } from '@murmuration/inference-client/tensors/datatype';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';

/** Returns the number of elements in one row of a shape. */
export function rowWidth(shape: readonly number[]): number {
  return shape.slice(1).reduce((product, length) => product * length, 1);
}

/** Returns `count` rows of a tensor, starting at `from`; numbers are not copied. */
export function someRows({ name, datatype, shape, data }: Tensor, from: number, count: number): Tensor {
  const width = rowWidth(shape);
  const [start, end] = [from * width, (from + count) * width];
  const own = Array.isArray(data) ? data.slice(start, end) : (data as NumericData).subarray(start, end);
  return { name, datatype, shape: [count, ...shape.slice(1)], data: own };
}
