/** What the coordinator has given to a device for one assignment, by kind; each may arrive before anybody waits for it. */
export class Inbox<Kind extends string> {
  readonly #arrived = new Map<Kind, Uint8Array>();
  /** The newest of a kind that came while the first one counted. */
  readonly #repeated = new Map<Kind, Uint8Array>();
  readonly #waiting = new Map<Kind, (message: Uint8Array) => void>();

  /** The first of a kind counts; the coordinator repeats it to a device that comes back. */
  put(kind: Kind, message: Uint8Array): void {
    if (this.#arrived.has(kind)) {
      this.#repeated.set(kind, message);
      return;
    }
    this.#arrived.set(kind, message);
    this.#waiting.get(kind)?.(message);
  }

  /** Forgets a message that was of no use: the next one of its kind counts, which may have come while this one was looked at. */
  discard(kind: Kind): void {
    const next = this.#repeated.get(kind);
    this.#arrived.delete(kind);
    this.#repeated.delete(kind);
    if (next) this.#arrived.set(kind, next);
  }

  /** The message of a kind, now or when it arrives; throws the reason of `signal` once that is aborted. */
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
