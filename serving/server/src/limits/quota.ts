/** Bounded number of places, in all and per key. */
export class Quota {
  readonly #most: number;
  readonly #mostPerKey: number;
  readonly #taken = new Map<string, number>();
  #size = 0;

  constructor(most: number, mostPerKey: number) {
    this.#most = most;
    this.#mostPerKey = mostPerKey;
  }

  /** Takes a place for `key` and returns a function that frees it, once; undefined if there is none. */
  take(key: string): (() => void) | undefined {
    const taken = this.#taken.get(key) ?? 0;
    if (this.#size >= this.#most || taken >= this.#mostPerKey) return undefined;
    this.#size += 1;
    this.#taken.set(key, taken + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#size -= 1;
      const left = this.#taken.get(key)! - 1;
      if (left === 0) this.#taken.delete(key);
      else this.#taken.set(key, left);
    };
  }
}
