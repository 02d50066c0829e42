import { kinds, type TensorData } from '@murmuration/inference-client/tensors/datatype';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';

/** Returns the number of elements in one row of a shape. */
export function rowWidth(shape: readonly number[]): number {
  return shape.slice(1).reduce((product, length) => product * length, 1);
}

/** Returns `count` rows of a tensor, starting at `from`; numbers are not copied. */
export function someRows({ name, datatype, shape, data }: Tensor, from: number, count: number): Tensor {
  const width = rowWidth(shape);
  const own = slicedData(data, from * width, (from + count) * width);
  return { name, datatype, shape: [count, ...shape.slice(1)], data: own };
}

/** Returns the elements from `start` to `end`; numbers are not copied. */
export function slicedData(data: TensorData, start: number, end: number): TensorData {
  return 'subarray' in data ? data.subarray(start, end) : data.slice(start, end);
}

/** Joins the elements of several tensors of a datatype. */
export function joinedData(parts: readonly TensorData[], datatype: Tensor['datatype']): TensorData {
  if (datatype === 'BYTES') return (parts as readonly (readonly Uint8Array[])[]).flat();
  const data = kinds[datatype].make(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part as never, at);
    at += part.length;
  }
  return data;
}
