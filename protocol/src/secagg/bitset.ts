import { MurmurationError } from '../errors/errors.ts';

/** Packs flags eight to a byte, the first in the lowest bit. */
export function packFlags(flags: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(flagBytes(flags.length));
  flags.forEach((flag, i) => {
    if (flag) bytes[i >>> 3]! |= 1 << (i & 7);
  });
  return bytes;
}

/** Unpacks flags; throws `protocol.frame` if `bytes` holds another count. */
export function unpackFlags(bytes: Uint8Array, count: number): boolean[] {
  const rest = count & 7;
  if (bytes.length !== flagBytes(count) || (rest > 0 && bytes.at(-1)! >>> rest !== 0)) {
    throw new MurmurationError('protocol.frame', `These bytes are not ${count} flags.`);
  }
  return Array.from({ length: count }, (_, i) => ((bytes[i >>> 3]! >>> (i & 7)) & 1) === 1);
}

/** Bytes of `count` flags. */
export const flagBytes = (count: number): number => Math.ceil(count / 8);
