/** A place, and how whoever has it gives it up for another. */
interface Place {
  readonly giveUp: () => void;
}

/**
 * So many places, and so many of them for each key. Where all are taken, a key that has two less than another gets the oldest place of that one:
 * no few of them have all.
 */
export class FairQuota {
  readonly #most: number;
  readonly #mostPerKey: number;
  /** Of each key, the oldest first. */
  readonly #taken = new Map<string, Set<Place>>();
  /** The keys that have so many. */
  readonly #byCount = new Map<number, Set<string>>();
  #largest = 0;
  #size = 0;

  constructor(most: number, mostPerKey: number) {
    this.#most = most;
    this.#mostPerKey = mostPerKey;
  }

  /** Takes a place for `key`: returns what gives it back, once, or undefined where there is none. `giveUp` is called where another gets it. */
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

  /** Adds a place to those of a key, or takes one away. */
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
