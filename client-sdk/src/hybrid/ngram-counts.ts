/** How often something came, each time as much as its age leaves of it. */
interface Seen {
  times: number;
  weight: number;
}

/** What followed one context. */
interface Followers extends Seen {
  readonly counts: Map<number, Seen>;
}

/** Inputs that a class is counted after, at most. */
export const longestContext = 3;

/** Of how well a context is known. */
export const levels = 4;

/** A class, or a number beyond the classes, and the three inputs before it, the nearest one first; a number that no input has where there is none. */
export type Ngram = readonly [previous: number, older: number, oldest: number, next: number];

/** The inputs before a class. */
export type Context = readonly [previous: number, older: number, oldest: number];

/** Weights beyond it are counted again, from 1 on. */
const heaviest = 1e200;

/**
 * Counts of what followed what, over the newest `capacity` n-grams alone, of which one that is `halfLife` n-grams old counts half (infinite: all count
 * alike). Probabilities are interpolated with Witten-Bell weights (Chen and Goodman 1998, §2.4), from the longest context down to the uniform
 * distribution.
 */
export class NgramCounts {
  readonly #capacity: number;
  /** By which the weight of each n-gram exceeds that of the one before. */
  readonly #growth: number;
  /** The newest ones, in a ring once it is full. */
  #ngrams: Ngram[] = [];
  /** Of each of them. */
  #weights: number[] = [];
  #oldest = 0;
  /** Of the newest one. */
  #weight = 1;
  readonly #followers = new Map<string, Followers>();

  constructor(capacity: number, halfLife: number) {
    this.#capacity = capacity;
    this.#growth = exponential(Math.LN2 / halfLife);
  }

  get size(): number {
    return this.#ngrams.length;
  }

  add(ngram: Ngram): void {
    if (this.#weight > heaviest) this.#countAgain();
    this.#weight *= this.#growth;
    if (this.#ngrams.length < this.#capacity) {
      this.#ngrams.push(ngram);
      this.#weights.push(this.#weight);
    } else {
      this.#forget(this.#ngrams[this.#oldest]!, this.#weights[this.#oldest]!);
      this.#ngrams[this.#oldest] = ngram;
      this.#weights[this.#oldest] = this.#weight;
      this.#oldest = (this.#oldest + 1) % this.#capacity;
    }
    this.#count(ngram, this.#weight);
  }

  /** Oldest first. */
  *[Symbol.iterator](): Generator<Ngram> {
    yield* this.#ngrams.slice(this.#oldest);
    yield* this.#ngrams.slice(0, this.#oldest);
  }

  /** Of the classes from `first` to `classes` − 1, after these inputs; 0 below. What `beyond` gives is missing from the sum 1. */
  probabilities(context: Context, classes: number, first: number): Float32Array {
    const values = new Float32Array(classes);
    const left = this.#spread(context, (next, share) => {
      if (next < classes) values[next] = values[next]! + share;
    });
    for (let i = first; i < classes; i++) values[i] = values[i]! + left / (classes - first);
    return values;
  }

  /** Of the numbers from `classes` on that ever followed, after these inputs. */
  beyond(context: Context, classes: number): Map<number, number> {
    const found = new Map<number, number>();
    this.#spread(context, (next, share) => {
      if (next >= classes) found.set(next, (found.get(next) ?? 0) + share);
    });
    return found;
  }

  /** How well a context is known: 0 not at all, 1 by its last input, 2 by the last two, 3 by them and often. */
  known([previous, older]: Context): number {
    const both = this.#followers.get(`${previous} ${older}`);
    if (both) return both.times < 4 ? 2 : 3;
    return this.#followers.has(`${previous}`) ? 1 : 0;
  }

  /** What each follower of the contexts has, the longest context first, and what these leave. */
  #spread(context: Context, give: (next: number, share: number) => void): number {
    let left = 1;
    for (const key of contexts(context).reverse()) {
      const followers = this.#followers.get(key);
      if (!followers) continue;
      const { weight, counts } = followers;
      const all = weight + counts.size * this.#weight;
      for (const [next, seen] of counts) give(next, (left * seen.weight) / all);
      left *= (counts.size * this.#weight) / all;
    }
    return left;
  }

  #count(ngram: Ngram, weight: number): void {
    const next = ngram[longestContext];
    for (const key of contexts(ngram)) {
      const followers = this.#followers.get(key) ?? { times: 0, weight: 0, counts: new Map<number, Seen>() };
      this.#followers.set(key, followers);
      const seen = followers.counts.get(next) ?? { times: 0, weight: 0 };
      followers.counts.set(next, seen);
      for (const each of [followers, seen]) {
        each.times += 1;
        each.weight += weight;
      }
    }
  }

  /** What came last in no place is gone whole: nothing is left of it by rounding. */
  #forget(ngram: Ngram, weight: number): void {
    const next = ngram[longestContext];
    for (const key of contexts(ngram)) {
      const followers = this.#followers.get(key)!;
      const seen = followers.counts.get(next)!;
      for (const each of [followers, seen]) {
        each.times -= 1;
        each.weight = Math.max(0, each.weight - weight);
      }
      if (seen.times === 0) followers.counts.delete(next);
      if (followers.times === 0) this.#followers.delete(key);
    }
  }

  #countAgain(): void {
    const newest = this.#weight;
    const inOrder = <Value>(ring: readonly Value[]) => [
      ...ring.slice(this.#oldest),
      ...ring.slice(0, this.#oldest),
    ];
    this.#weights = inOrder(this.#weights).map(weight => weight / newest);
    this.#ngrams = inOrder(this.#ngrams);
    this.#oldest = 0;
    this.#weight = 1;
    this.#followers.clear();
    for (const [i, ngram] of this.#ngrams.entries()) this.#count(ngram, this.#weights[i]!);
  }
}

/** eˣ for x from 0 to 1, by sums and products alone, which every engine rounds alike; Math.exp and ** differ in the last bit. */
function exponential(x: number): number {
  let sum = 1;
  for (let term = x, n = 1; n < 25; n++, term *= x / n) sum += term;
  return sum;
}

/** From the empty one to the longest. */
function contexts([previous, older, oldest]: Context | Ngram): string[] {
  return ['', `${previous}`, `${previous} ${older}`, `${previous} ${older} ${oldest}`];
}
