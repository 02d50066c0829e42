/** Messages from the coordinator for one assignment, by kind; each may arrive before it is awaited. */
export class Inbox<Kind extends string> {
  readonly #arrived = new Map<Kind, Uint8Array>();
  /** Newest message of a kind that came after the first one. */
  readonly #repeated = new Map<Kind, Uint8Array>();
  readonly #waiting = new Map<Kind, (message: Uint8Array) => void>();

  /** Stores a message. The first of a kind counts; the coordinator repeats it to a device that comes back. */
  put(kind: Kind, message: Uint8Array): void {
    if (this.#arrived.has(kind)) {
      this.#repeated.set(kind, message);
      return;
    }
    this.#arrived.set(kind, message);
    this.#waiting.get(kind)?.(message);
  }

  /** Drops a useless message; the next one of its kind counts, which may already have come. */
  discard(kind: Kind): void {
    const next = this.#repeated.get(kind);
    this.#arrived.delete(kind);
    this.#repeated.delete(kind);
    if (next) this.#arrived.set(kind, next);
  }

  /**
   * Resolves to the message of a kind, now or when it arrives; rejects with
   * the reason of `signal` once aborted.
   */
  next(kind: Kind, signal: AbortSignal): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const arrived = this.#arrived.get(kind);
      if (arrived) return resolve(arrived);
      const stop = () => reject(signal.reason);
      this.#waiting.set(kind, message => {
        signal.removeEventListener('abort', stop);
        resolve(message);
      });
      signal.addEventListener('abort', stop, { once: true });
    });
  }
}
