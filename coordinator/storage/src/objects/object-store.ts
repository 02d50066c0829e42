/** Named bytes that never change, as an S3 bucket holds them. */
export interface ObjectStore {
  /** Durable when it returns. `sha256` is that of the bytes, hexadecimal: other bytes are refused. Throws `storage.failed`. */
  put(key: string, bytes: Uint8Array, sha256: string): Promise<void>;
  /**
   * The bytes from `start` up to `end`, or to where the object ends; empty past its end, and undefined where there is no such object. Throws
   * `storage.failed`.
   */
  read(key: string, start?: number, end?: number): Promise<Uint8Array | undefined>;
  /**
   * Where anybody gets the bytes of an object by GET for a few minutes; a secret. Undefined where none are given out. `cache`: whether caches on
   * the way may keep them.
   */
  link(key: string, cache: 'public' | 'private'): Promise<string | undefined>;
  /** Does nothing where there is none. Throws `storage.failed`. */
  delete(key: string): Promise<void>;
  /** All keys. Throws `storage.failed`. */
  keys(): AsyncIterable<string>;
}
