/** A place; `giveUp` is called when it goes to another key. */
interface Place {
  readonly giveUp: () => void;
}

/**
 * Limits the places in total and per key. If all are taken, a key with at least two fewer than the largest
 * gets that one's oldest place, so that a few keys can't hold all places.
 */
export class FairQuota {
  readonly #most: number;
  readonly #mostPerKey: number;
  /** Map from a key to its places, oldest first. */
  readonly #taken = new Map<string, Set<Place>>();
  /** Map from a number of places to the keys that have it. */
  readonly #byCount = new Map<number, Set<string>>();
  #largest = 0;
  #size = 0;

  constructor(most: number, mostPerKey: number) {
    this.#most = most;
    this.#mostPerKey = mostPerKey;
  }

  /**
   * Takes a place for `key`. Returns a function that gives it back, once; undefined if there is no place.
   * `giveUp` is called if the place goes to another key.
   */
  take(key: string, giveUp: () => void): (() => void) | undefined {
    const count = this.#taken.get(key)?.size ?? 0;
    if (count >= this.#mostPerKey) return undefined;
    if (this.#size >= this.#most) {
      if (count + 1 >= this.#largest) return undefined;
      this.#takeFromLargest();
    }
    const place = { giveUp };
    this.#change(key, places => places.add(place));
    return () => this.#giveBack(key, place);
  }

  #takeFromLargest(): void {
    const [key] = this.#byCount.get(this.#largest)!;
    const [oldest] = this.#taken.get(key!)!;
    this.#giveBack(key!, oldest!);
    oldest!.giveUp();
  }

  #giveBack(key: string, place: Place): void {
    if (this.#taken.get(key)?.has(place)) this.#change(key, places => places.delete(place));
  }

  #change(key: string, act: (places: Set<Place>) => unknown): void {
    const places = this.#taken.get(key) ?? new Set();
    const before = places.size;
    act(places);
    const after = places.size;
    this.#size += after - before;
    if (after > 0) this.#taken.set(key, places);
    else this.#taken.delete(key);
    this.#byCount.get(before)?.delete(key);
    if (this.#byCount.get(before)?.size === 0) this.#byCount.delete(before);
    if (after > 0) this.#byCount.set(after, (this.#byCount.get(after) ?? new Set()).add(key));
    if (after > this.#largest) this.#largest = after;
    else if (!this.#byCount.has(this.#largest)) this.#largest -= 1;
  }
}
