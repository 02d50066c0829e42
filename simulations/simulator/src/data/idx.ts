import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Byte array from a file, row-major: `shape[0]` items of shape[1] × shape[2] × … bytes. */
export interface IdxArray {
  readonly shape: readonly number[];
  /** Bytes in memory that threads share, so that handing it to a worker copies nothing. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
}

/**
 * Reads an IDX file of unsigned bytes, the format of MNIST (LeCun et al., "The MNIST database of handwritten
 * digits").
 * @throws `data.malformed` if the file has another format or a length that contradicts its header
 */
export function readIdx(path: string): IdxArray {
  const { size } = statSync(path);
  const bytes = new Uint8Array(new SharedArrayBuffer(size));
  const file = openSync(path, 'r');
  try {
    for (let at = 0; at < size; ) {
      const read = readSync(file, bytes, at, size - at, at);
      if (read === 0) break;
      at += read;
    }
  } finally {
    closeSync(file);
  }
  const view = new DataView(bytes.buffer);
  const isHead = size >= 4 && view.getUint16(0) === 0 && view.getUint8(2) === 8;
  const axes = isHead ? view.getUint8(3) : 0;
  const start = 4 + 4 * axes;
  if (axes === 0 || size < start)
    throw new MurmurationError('data.malformed', `${path} is no IDX file of unsigned bytes.`);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = shape.reduce((product, length) => product * length, 1);
  if (expected !== size - start)
    throw new MurmurationError(
      'data.malformed',
      `${path} says that it holds ${shape.join(' × ')} bytes, and holds ${size - start}; fetch it again.`,
    );
  return { shape, bytes: bytes.subarray(start) };
}
