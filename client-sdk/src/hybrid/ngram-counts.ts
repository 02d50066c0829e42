/** Number of occurrences, and their sum weighted by age. */
interface Seen {
  times: number;
  weight: number;
}

/** Successors of one context. */
interface Followers extends Seen {
  /** Successors by class; `beyond`: by numbers beyond the classes. */
  readonly counts: Map<number, Seen>;
  readonly beyond: Map<number, Seen>;
}

/** Most inputs before a counted class. */
export const longestContext = 3;

/** Number of levels of how well a context is known. */
export const levels = 4;

/**
 * Class, or number beyond the classes, after three inputs, the nearest first; a number outside
 * all inputs stands for a missing one.
 */
export type NgramTuple = readonly [previous: number, older: number, oldest: number, next: number];

/** Inputs before a class, the nearest first. */
export type Context = readonly [previous: number, older: number, oldest: number];

/** Weight at which all weights are recomputed, starting at 1. */
const heaviest = 1e200;

/**
 * Counts of successors in the newest `capacity` n-grams; an n-gram that is `halfLife` n-grams old counts half
 * (infinite: all count alike). Probabilities are interpolated with Witten-Bell weights (Chen and Goodman
 * 1998, §2.4), from the longest context down to the uniform distribution.
 */
export class NgramCounts {
  readonly #capacity: number;
  readonly #classes: number;
  /** Factor from an n-gram's weight to the next one's. */
  readonly #growth: number;
  /** Newest n-grams; a ring buffer once it is full. */
  #ngrams: NgramTuple[] = [];
  #weights: number[] = [];
  #oldest = 0;
  /** Weight of the newest n-gram. */
  #weight = 1;
  readonly #followers = new Map<string, Followers>();
  /**
   * Weights of classes after the empty context, by class: a distribution reads all
   * of these, but few of other contexts.
   */
  readonly #unigrams: Float64Array;

  /** Creates empty counts; numbers from `classes` on are beyond the classes. */
  constructor(capacity: number, halfLife: number, classes: number) {
    this.#capacity = capacity;
    this.#classes = classes;
    this.#growth = exponential(Math.LN2 / halfLife);
    this.#unigrams = new Float64Array(classes);
  }

  get size(): number {
    return this.#ngrams.length;
  }

  add(ngram: NgramTuple): void {
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

  /** Yields the n-grams, the oldest first. */
  *[Symbol.iterator](): Generator<NgramTuple> {
    yield* this.#ngrams.slice(this.#oldest);
    yield* this.#ngrams.slice(0, this.#oldest);
  }

  /**
   * Returns probabilities of the classes from `first` on, after these inputs; 0 below. Numbers of
   * `beyond` have the rest of the sum 1.
   */
  probabilities(context: Context, first: number): Float32Array {
    const values = new Float32Array(this.#classes);
    let left = 1;
    for (const { counts, all, none, isEmpty } of this.#shares(context)) {
      if (isEmpty) addShares(values, this.#unigrams, left, all);
      else for (const [next, seen] of counts) values[next] = values[next]! + (left * seen.weight) / all;
      left *= none / all;
    }
    const uniform = left / (values.length - first);
    for (let i = first; i < values.length; i++) values[i] = values[i]! + uniform;
    return values;
  }

  /** Returns probabilities of the numbers beyond the classes that ever followed. */
  beyond(context: Context): Map<number, number> {
    const found = new Map<number, number>();
    let left = 1;
    for (const { beyond, all, none } of this.#shares(context)) {
      for (const [next, seen] of beyond) found.set(next, (found.get(next) ?? 0) + (left * seen.weight) / all);
      left *= none / all;
    }
    return found;
  }

  /**
   * Returns how well a context is known: 0 not at all, 1 by its last input, 2
   * by the last two, 3 by them and often.
   */
  known([previous, older]: Context): number {
    const both = this.#followers.get(`${previous} ${older}`);
    if (both) return both.times < 4 ? 2 : 3;
    return this.#followers.has(`${previous}`) ? 1 : 0;
  }

  /**
   * Yields the known contexts, the longest first, with the total weight and the weight left for shorter ones.
   */
  *#shares(
    context: Context,
  ): Generator<Followers & { readonly all: number; readonly none: number; readonly isEmpty: boolean }> {
    for (const key of contexts(context).reverse()) {
      const followers = this.#followers.get(key);
      if (!followers) continue;
      const none = (followers.counts.size + followers.beyond.size) * this.#weight;
      yield { ...followers, all: followers.weight + none, none, isEmpty: key === '' };
    }
  }

  #count(ngram: NgramTuple, weight: number): void {
    const next = ngram[longestContext];
    for (const key of contexts(ngram)) {
      const followers = this.#followers.get(key) ?? {
        times: 0,
        weight: 0,
        counts: new Map<number, Seen>(),
        beyond: new Map<number, Seen>(),
      };
      this.#followers.set(key, followers);
      const counts = this.#countsOf(followers, next);
      const seen = counts.get(next) ?? { times: 0, weight: 0 };
      counts.set(next, seen);
      for (const each of [followers, seen]) {
        each.times += 1;
        each.weight += weight;
      }
      if (key === '' && next < this.#classes) this.#unigrams[next] = seen.weight;
    }
  }

  /** Removes an n-gram; entries without n-grams are deleted, so that no rounding errors remain. */
  #forget(ngram: NgramTuple, weight: number): void {
    const next = ngram[longestContext];
    for (const key of contexts(ngram)) {
      const followers = this.#followers.get(key)!;
      const counts = this.#countsOf(followers, next);
      const seen = counts.get(next)!;
      for (const each of [followers, seen]) {
        each.times -= 1;
        each.weight = Math.max(0, each.weight - weight);
      }
      if (seen.times === 0) counts.delete(next);
      if (key === '' && next < this.#classes) this.#unigrams[next] = seen.times === 0 ? 0 : seen.weight;
      if (followers.times === 0) this.#followers.delete(key);
    }
  }

  #countsOf({ counts, beyond }: Followers, next: number): Map<number, Seen> {
    return next < this.#classes ? counts : beyond;
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

function addShares(values: Float32Array, weights: Float64Array, left: number, all: number): void {
  for (let i = 0; i < values.length; i++) values[i] = values[i]! + (left * weights[i]!) / all;
}

/**
 * Returns eˣ for x from 0 to 1, with sums and products only, which all engines round alike;
 * Math.exp and ** differ in the last bit.
 */
function exponential(x: number): number {
  let sum = 1;
  for (let term = x, n = 1; n < 25; n++, term *= x / n) sum += term;
  return sum;
}

/** Returns the keys of the contexts, from the empty one to the longest. */
function contexts([previous, older, oldest]: Context | NgramTuple): string[] {
  return ['', `${previous}`, `${previous} ${older}`, `${previous} ${older} ${oldest}`];
}
