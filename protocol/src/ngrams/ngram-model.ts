import type { NgramTrie } from './ngram-file.ts';

/** Longest suffix of an input that n-grams of a file continue. */
export interface KnownContext {
  /** Length of the suffix in ids; 0 if only the frequencies of single classes are known. */
  readonly depth: number;
  /** Number of times it occurred. */
  readonly count: number;
}

/** Probability that a context gives each count of its followers. */
interface Share {
  readonly node: number;
  readonly perCount: number;
}

/**
 * Language model of n-gram counts: interpolated Witten-Bell smoothing (Chen and Goodman 1998, §2.4) of counts
 * from which rare n-grams are missing. A context h, which occurred c(h) times, gives each follower
 *
 *     P(w | h) = c(h w) / z + (1 − Σ c(h ·) / z) P(w | h'),  z = max(c(h), Σ c(h ·)) + N(h)
 *
 * where N(h) is the number of its followers and h' is h without its oldest id: the mass of missing rare
 * followers goes to the shorter context. Below the unigram is the uniform distribution over all classes. All
 * arithmetic is in doubles, so it is the same on every platform.
 */
export class NgramModel {
  readonly #trie: NgramTrie;
  readonly #unigram: Float64Array;

  constructor(trie: NgramTrie) {
    this.#trie = trie;
    this.#unigram = unigramOf(trie);
  }

  get classes(): number {
    return this.#trie.classes;
  }

  get firstClass(): number {
    return this.#trie.firstClass;
  }

  /**
   * Writes the probabilities of all classes after the first `end` ids of an input, 0 below the first class.
   * `into` has a place for each class and is returned.
   */
  probabilities(input: ArrayLike<number>, end: number, into: Float32Array): Float32Array {
    const { ids, counts, children } = this.#trie;
    const shares: Share[] = [];
    let left = 1;
    for (const { node } of this.#contexts(input, end)) {
      let sum = 0;
      let followers = 0;
      for (let child = children[node]!; child < children[node + 1]!; child++) {
        sum += counts[child]!;
        if (counts[child]! > 0) followers++;
      }
      if (followers === 0) continue;
      const all = Math.max(counts[node]!, sum) + followers;
      shares.push({ node, perCount: left / all });
      left *= 1 - sum / all;
    }
    const unigram = this.#unigram;
    for (let id = 0; id < unigram.length; id++) into[id] = left * unigram[id]!;
    for (const { node, perCount } of shares)
      for (let child = children[node]!; child < children[node + 1]!; child++)
        into[ids[child]!] = into[ids[child]!]! + perCount * counts[child]!;
    return into;
  }

  /** Finds the longest known context at the end of an input's first `end` ids. */
  known(input: ArrayLike<number>, end: number): KnownContext {
    const { counts, children } = this.#trie;
    for (const { depth, node } of this.#contexts(input, end)) {
      let sum = 0;
      for (let child = children[node]!; child < children[node + 1]!; child++) sum += counts[child]!;
      if (sum > 0) return { depth, count: Math.max(counts[node]!, sum) };
    }
    return { depth: 0, count: 0 };
  }

  /** Nodes of all known suffixes of an input, the longest first. */
  #contexts(input: ArrayLike<number>, end: number): { readonly depth: number; readonly node: number }[] {
    const found = [];
    for (let depth = Math.min(this.#trie.order - 1, end); depth > 0; depth--) {
      const node = this.#find(input, end - depth, end);
      if (node !== undefined) found.push({ depth, node });
    }
    return found;
  }

  /** Node of the ids from `from` to before `end`. */
  #find(input: ArrayLike<number>, from: number, end: number): number | undefined {
    const { children, roots } = this.#trie;
    let node = this.#child(0, roots, input[from]!);
    for (let at = from + 1; at < end && node !== undefined; at++)
      node = this.#child(children[node]!, children[node + 1]!, input[at]!);
    return node;
  }

  /** Finds a child by bisection. */
  #child(from: number, end: number, id: number): number | undefined {
    const { ids } = this.#trie;
    let low = from;
    let high = end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ids[middle]! < id) low = middle + 1;
      else high = middle;
    }
    return low < end && ids[low] === id ? low : undefined;
  }
}

function unigramOf({ classes, firstClass, roots, ids, counts }: NgramTrie): Float64Array {
  let sum = 0;
  let followers = 0;
  for (let node = 0; node < roots; node++) {
    sum += counts[node]!;
    if (counts[node]! > 0) followers++;
  }
  const all = sum + followers;
  const unigram = new Float64Array(classes);
  // Without any counts, all classes are equally likely.
  unigram.fill((all > 0 ? followers / all : 1) / (classes - firstClass), firstClass);
  for (let node = 0; node < roots; node++)
    if (counts[node]! > 0) unigram[ids[node]!] = unigram[ids[node]!]! + counts[node]! / all;
  return unigram;
}
