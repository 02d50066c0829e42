/** Bytes of one read, which is what a slow reader keeps in memory. */
export const blockLength = 65_536;

/** Stored bytes, read in parts by any number of readers, which must not change them. */
export interface StoredBytes {
  readonly length: number;
  /**
   * Reads the bytes from `start` up to `end`, in blocks. Throws `model.*` and `storage.*` if they are gone
   * or have changed.
   */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

/** Wraps bytes in memory. */
export function wholeBytes(bytes: Uint8Array): StoredBytes {
  return {
    length: bytes.length,
    async *read(start, end) {
      for (let at = start; at < end; at += blockLength)
        yield bytes.subarray(at, Math.min(end, at + blockLength));
    },
  };
}
