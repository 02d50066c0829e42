/** Most bytes of whole blobs kept in memory. */
const maxKeptBytes = 128 << 20;

/** Cache of blobs that were read and checked, up to 128 MiB; the least recently read one is dropped first. */
export class KeptBytes {
  readonly #kept = new Map<string, Uint8Array>();
  #bytes = 0;

  get(hash: string): Uint8Array | undefined {
    const bytes = this.#kept.get(hash);
    if (bytes) this.put(hash, bytes);
    return bytes;
  }

  put(hash: string, bytes: Uint8Array): void {
    this.forget(hash);
    this.#kept.set(hash, bytes);
    this.#bytes += bytes.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= maxKeptBytes) break;
      this.forget(oldest);
    }
  }

  forget(hash: string): void {
    this.#bytes -= this.#kept.get(hash)?.length ?? 0;
    this.#kept.delete(hash);
  }
}
