/** Store of named bytes that never change, such as an S3 bucket. */
export interface ObjectStore {
  /**
   * Stores an object durably. `sha256` is that of the bytes, hexadecimal; other bytes are refused. Throws
   * `storage.failed`.
   */
  put(key: string, bytes: Uint8Array, sha256: string): Promise<void>;
  /**
   * Returns the bytes from `start` up to `end`, or to the end of the object; empty past its end, undefined
   * if it doesn't exist. Throws `storage.failed`.
   */
  read(key: string, start?: number, end?: number): Promise<Uint8Array | undefined>;
  /**
   * Returns a URL that serves an object to any GET request for a few minutes; the URL is a secret. Undefined
   * if the store gives out none. `cache`: the kind of caches that may keep the bytes.
   */
  link(key: string, cache: 'public' | 'private'): Promise<string | undefined>;
  /** Deletes an object, if it exists. Throws `storage.failed`. */
  delete(key: string): Promise<void>;
  /** Lists all keys. Throws `storage.failed`. */
  keys(): AsyncIterable<string>;
}
