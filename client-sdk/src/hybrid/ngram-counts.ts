/** What followed one context. */
interface Followers {
  total: number;
  readonly counts: Map<number, number>;
}

/** A class and the two inputs before it, the nearer one first; a number that no input has where there is none. */
export type Ngram = readonly [previous: number, older: number, next: number];

/**
 * Counts of what followed what, over the newest `capacity` n-grams alone: what is older is forgotten, one for one. Probabilities are
 * interpolated with Witten-Bell weights (Chen and Goodman 1998, §2.4), from the longest context down to the uniform distribution.
 */
export class NgramCounts {
  readonly #capacity: number;
  /** The newest ones, in a ring once it is full. */
  readonly #ngrams: Ngram[] = [];
  #oldest = 0;
  readonly #followers = new Map<string, Followers>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#ngrams.length;
  }

  add(ngram: Ngram): void {
    if (this.#ngrams.length < this.#capacity) {
      this.#ngrams.push(ngram);
    } else {
      this.#count(this.#ngrams[this.#oldest]!, -1);
      this.#ngrams[this.#oldest] = ngram;
      this.#oldest = (this.#oldest + 1) % this.#capacity;
    }
    this.#count(ngram, 1);
  }

  /** Oldest first. */
  *[Symbol.iterator](): Generator<Ngram> {
    yield* this.#ngrams.slice(this.#oldest);
    yield* this.#ngrams.slice(0, this.#oldest);
  }

  /** Of the classes from `first` to `classes` − 1, after these two inputs; 0 below. */
  probabilities(previous: number, older: number, classes: number, first: number): Float32Array {
    const values = new Float32Array(classes);
    let left = 1;
    for (const context of contexts(previous, older).reverse()) {
      const followers = this.#followers.get(context);
      if (!followers) continue;
      const { total, counts } = followers;
      const share = left / (total + counts.size);
      for (const [next, count] of counts) values[next] = values[next]! + share * count;
      left = share * counts.size;
    }
    for (let i = first; i < classes; i++) values[i] = values[i]! + left / (classes - first);
    return values;
  }

  /** How well a context is known: 0 not at all, 1 by its last input, 2 by both, 3 by both and often. */
  known(previous: number, older: number): number {
    const both = this.#followers.get(`${previous} ${older}`);
    if (both) return both.total < 4 ? 2 : 3;
    return this.#followers.has(`${previous}`) ? 1 : 0;
  }

  #count([previous, older, next]: Ngram, by: 1 | -1): void {
    for (const context of contexts(previous, older)) {
      const followers = this.#followers.get(context) ?? { total: 0, counts: new Map() };
      this.#followers.set(context, followers);
      followers.total += by;
      const count = (followers.counts.get(next) ?? 0) + by;
      if (count > 0) followers.counts.set(next, count);
      else followers.counts.delete(next);
      if (followers.total === 0) this.#followers.delete(context);
    }
  }
}

/** From the empty one to the longest. */
function contexts(previous: number, older: number): string[] {
  return ['', `${previous}`, `${previous} ${older}`];
}
