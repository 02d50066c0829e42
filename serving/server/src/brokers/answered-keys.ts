/** The newest of the keys that have been answered, so many at most, each with what its request was. */
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

  /** Whether what was answered under a key was another request; false where nobody knows. */
  isOther(key: string, request: string): boolean {
    return (this.#requests.get(key) ?? request) !== request;
  }

  /** `request`: its digest; undefined: nobody knows it. */
  add(key: string, request: string | undefined): void {
    this.#requests.delete(key);
    this.#requests.set(key, request);
    for (const oldest of this.#requests.keys()) {
      if (this.#requests.size <= this.#most) break;
      this.#requests.delete(oldest);
    }
  }
}
