import { createGunzip, createInflate } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { BodyShare } from '../server/body-budget.ts';

/** Bytes of a message's prefix. */
export const framing = 5;

interface Room {
  /** Maximum bytes of a message. */
  readonly most: number;
  readonly share: BodyShare;
  /** Called when a message has arrived. */
  readonly arrived: () => void;
  /** Ends the call. */
  readonly refuse: (error: MurmurationError) => void;
}

/** Internal method of the library's call that unpacks a message. */
interface Unpacking {
  decompressMessage(message: Buffer, encoding: string): Buffer | Promise<Buffer>;
}

/**
 * Counts unpacked bytes of a call's messages as they are unpacked: the library bounds each message, but not
 * all together.
 */
export function boundUnpacking(call: object, { most, share, arrived, refuse }: Room): void {
  const unpacking = call as Unpacking;
  unpacking.decompressMessage = (message, encoding) => {
    arrived();
    const packed = message.subarray(framing);
    if (encoding === 'identity') return packed;
    if (encoding !== 'gzip' && encoding !== 'deflate')
      return Promise.reject({
        code: status.UNIMPLEMENTED,
        details: `Received message compressed with unsupported encoding "${encoding}"`,
      });
    const unpacker = encoding === 'gzip' ? createGunzip() : createInflate();
    const parts: Buffer[] = [];
    let length = 0;
    return new Promise((resolve, reject) => {
      unpacker
        .on('data', (bytes: Buffer) => {
          length += bytes.length;
          try {
            if (length > most)
              throw new MurmurationError(
                'request.too-large',
                `The message has more than ${most} bytes once it is unpacked.`,
              );
            share.take(bytes.length);
            parts.push(bytes);
          } catch (error) {
            unpacker.destroy();
            refuse(error as MurmurationError);
          }
        })
        .on('end', () => resolve(Buffer.concat(parts, length)))
        .on('error', () =>
          reject({ code: status.INTERNAL, details: `The message is no ${encoding}.`, metadata: null }),
        );
      unpacker.end(packed);
    });
  };
}
