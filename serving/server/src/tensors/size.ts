import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Returns the bytes of a tensor's elements as `dataToBytes` writes them. */
export function bytesOf({ data }: Pick<Tensor, 'data'>): number {
  return 'byteLength' in data ? data.byteLength : data.reduce((sum, { length }) => sum + 4 + length, 0);
}

/** Throws `request.too-large` for an answer of more than `most` bytes. */
export function refuseAnswer(most: number): never {
  throw new MurmurationError(
    'request.too-large',
    `The answer has more than ${most} bytes; send fewer rows at once, or ask for fewer outputs.`,
  );
}

/** Returns the approximate cost of writing tensors as text: 4 per number, and the bytes of strings. */
export function sizeOf(tensors: readonly Tensor[]): number {
  return tensors.reduce(
    (sum, tensor) => sum + (tensor.datatype === 'BYTES' ? bytesOf(tensor) : 4 * tensor.data.length),
    0,
  );
}
