import type { ObjectStore } from './object-store.ts';

/** Bytes per request while an object is read sequentially. */
const readAheadBytes = 4 << 20;

/**
 * Reads an object in pieces: the first piece is a request of its own size, and the pieces after it come from
 * larger ones, so that a full read takes one request per 4 MiB.
 */
export class SequentialReads {
  readonly #objects: ObjectStore;
  readonly #key: string;
  #from = 0;
  #bytes: Uint8Array | undefined;

  constructor(objects: ObjectStore, key: string) {
    this.#objects = objects;
    this.#key = key;
  }

  /**
   * Reads the bytes from `position` on into `into`; returns their number, 0 at the end, and undefined if
   * there is no such object.
   */
  async read(into: Uint8Array, position: number): Promise<number | undefined> {
    const known = this.#bytes;
    const end = this.#from + (known?.length ?? 0);
    if (!known || position < this.#from || position >= end) {
      const length = known && position === end ? Math.max(readAheadBytes, into.length) : into.length;
      this.#bytes = await this.#objects.read(this.#key, position, position + length);
      this.#from = position;
      if (!this.#bytes) return undefined;
    }
    const found = this.#bytes?.subarray(position - this.#from).subarray(0, into.length) ?? new Uint8Array();
    into.set(found);
    return found.length;
  }
}
