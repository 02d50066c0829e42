import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Bytes of the elements of a tensor as `dataToBytes` writes them. */
export function bytesOf({ data }: Pick<Tensor, 'data'>): number {
  return 'byteLength' in data ? data.byteLength : data.reduce((sum, { length }) => sum + 4 + length, 0);
}

/** Refuses to write an answer of more than `most` bytes. */
export function refuseAnswer(most: number): never {
  throw new MurmurationError(
    'request.too-large',
    `The answer has more than ${most} bytes; send fewer rows at once, or ask for fewer outputs.`,
  );
}

/** How long it takes to write tensors as text, about: elements, of strings bytes. */
export function sizeOf(tensors: readonly Tensor[]): number {
  return tensors.reduce(
    (sum, tensor) => sum + (tensor.datatype === 'BYTES' ? bytesOf(tensor) : 4 * tensor.data.length),
    0,
  );
}
