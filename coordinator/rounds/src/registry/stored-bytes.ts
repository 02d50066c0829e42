/** Bytes that are read at once of what is stored: what a reader who is slow keeps in memory. */
export const blockLength = 65_536;

/** Bytes that are kept, and read in parts by any number of readers, none of whom changes them. */
export interface StoredBytes {
  readonly length: number;
  /** Those from `start` up to `end`, in blocks; throws `model.*` and `storage.*` where they are there no more, or have changed. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

/** What is whole in memory. */
export function wholeBytes(bytes: Uint8Array): StoredBytes {
  return {
    length: bytes.length,
    async *read(start, end) {
      for (let at = start; at < end; at += blockLength)
        yield bytes.subarray(at, Math.min(end, at + blockLength));
    },
  };
}
