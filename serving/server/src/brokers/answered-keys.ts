/** Keys answered most recently, at most a fixed number, each with the digest of its request. */
export class AnsweredKeys {
  readonly #most: number;
  readonly #requests = new Map<string, string | undefined>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#requests.size;
  }

  has(key: string): boolean {
    return this.#requests.has(key);
  }

  /** Returns true if the key was answered for another request; false if that is unknown. */
  isOther(key: string, request: string): boolean {
    return (this.#requests.get(key) ?? request) !== request;
  }

  /** Adds an answered key. `request` is the digest of its request; undefined if unknown. */
  add(key: string, request: string | undefined): void {
    this.#requests.delete(key);
    this.#requests.set(key, request);
    for (const oldest of this.#requests.keys()) {
      if (this.#requests.size <= this.#most) break;
      this.#requests.delete(oldest);
    }
  }
}
