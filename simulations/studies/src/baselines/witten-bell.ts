import { firstWordId, startId, unknownId } from '@murmuration/demo-keyboard-app/task/vocabulary';

import type { SparseDistribution, SpreadingModel } from './spread.ts';

/** Followers of one context in the text. */
interface Followers {
  total: number;
  readonly counts: Map<number, number>;
}

/**
 * N-gram model with interpolated Witten-Bell smoothing, as defined in Chen and Goodman, "An Empirical Study
 * of Smoothing Techniques for Language Modeling" (1998), section 2.4:
 *   P(w | h) = (c(h w) + N(h) P(w | h')) / (c(h) + N(h))
 * where N(h) is the number of different tokens seen after h, and h' is h without its oldest token. Below the
 * unigram is the uniform distribution over all tokens that can follow: known words, the number token and the
 * unknown word. Order 1 is the unigram, 3 the trigram. Messages begin with as many start tokens as a context
 * is long.
 */
export class WittenBell implements SpreadingModel {
  readonly #order: number;
  readonly #size: number;
  /** Followers by length of the context, and by its ids as digits in base `#size`, the newest first. */
  readonly #followers: readonly Map<number, Followers>[];
  /** Cache until the next message is added. */
  #unigram: Float64Array | undefined;
  #byFrequency: Uint32Array | undefined;
  /** Words among followers, the likeliest after the context first. */
  #ranked = new Map<Followers, Uint32Array>();

  /**
   * Learns from messages.
   * @param size size of the vocabulary
   * @param messages ids of each message's tokens
   */
  constructor(order: 1 | 2 | 3, size: number, messages: Iterable<readonly number[]>) {
    this.#order = order;
    this.#size = size;
    this.#followers = Array.from({ length: order }, () => new Map());
    for (const ids of messages) this.add(ids);
  }

  /** Learns from one more message. */
  add(ids: readonly number[]): void {
    for (let i = 0; i < ids.length; i++) this.#count(ids, i);
    this.#unigram = undefined;
    this.#byFrequency = undefined;
    // The ranking of followers also depends on shorter contexts.
    this.#ranked = new Map();
  }

  /** P(w) by id, the fallback of every context without followers. */
  get unigram(): Float64Array {
    const uniform = () => new Float64Array(this.#size).fill(1 / (this.#size - unknownId), unknownId);
    this.#unigram ??= mixture(this.#seen([]).slice(0, 1), uniform(), new Float64Array(this.#size));
    return this.#unigram;
  }

  /** Ids of words, the likeliest first; ties by ascending id. */
  get byFrequency(): Uint32Array {
    const { unigram } = this;
    this.#byFrequency ??= Uint32Array.from(
      { length: this.#size - firstWordId },
      (_, i) => firstWordId + i,
    ).sort((a, b) => unigram[b]! - unigram[a]! || a - b);
    return this.#byFrequency;
  }

  /**
   * Returns the probability of each id of the vocabulary as the next token, after the ids of a message so
   * far. They sum to 1; padding and start have none. Writes into `into`, which needs one place per id.
   */
  probabilities(history: readonly number[], into: Float64Array): Float64Array {
    return mixture(this.#seen(history).slice(1), this.unigram, into);
  }

  /**
   * Returns the distribution after a history in few numbers: the shares of seen contexts, the longest first,
   * and the remaining weight. That belongs to the unigram, or to the uniform distribution below it over all
   * ids that can follow.
   */
  spread(history: readonly number[], downTo: 'unigram' | 'uniform'): SparseDistribution {
    return spreadOf(this.#seen(history).slice(downTo === 'unigram' ? 1 : 0));
  }

  /**
   * Returns the words that followed the last `length` tokens of a history, the likeliest first; ties by
   * ascending id. Empty beyond the model's order.
   */
  ranked(history: readonly number[], length: number): Uint32Array {
    const followers = this.#seen(history)[length];
    if (!followers) return new Uint32Array();
    const ranked = this.#ranked.get(followers) ?? this.#rank(followers, history, length);
    this.#ranked.set(followers, ranked);
    return ranked;
  }

  #rank({ counts }: Followers, history: readonly number[], length: number): Uint32Array {
    const { shares, left } = spreadOf(this.#seen(history).slice(1, length + 1));
    const words = [...counts.keys()].filter(id => id >= firstWordId);
    const probabilities = new Map(words.map(id => [id, this.#sum(shares, left, id)]));
    return Uint32Array.from(words).sort((a, b) => probabilities.get(b)! - probabilities.get(a)! || a - b);
  }

  #sum(shares: SparseDistribution['shares'], left: number, id: number): number {
    let sum = left * this.unigram[id]!;
    for (const { counts, perCount } of shares) sum += (counts.get(id) ?? 0) * perCount;
    return sum;
  }

  /** Counts the token at place `at` of a message after each context that ends before it. */
  #count(ids: readonly number[], at: number): void {
    const next = ids[at]!;
    for (let length = 0, context = 0; length < this.#order; length++) {
      if (length > 0) context = this.#longer(context, ids[at - length]);
      const ofLength = this.#followers[length]!;
      let followers = ofLength.get(context);
      if (followers === undefined) {
        followers = { total: 0, counts: new Map() };
        ofLength.set(context, followers);
      }
      followers.total++;
      followers.counts.set(next, (followers.counts.get(next) ?? 0) + 1);
    }
  }

  /**
   * Returns the followers of each context at the end of a history, from the empty one to the longest;
   * undefined for unseen ones.
   */
  #seen(history: readonly number[]): (Followers | undefined)[] {
    let context = 0;
    return this.#followers.map((ofLength, length) => {
      if (length > 0) context = this.#longer(context, history[history.length - length]);
      return ofLength.get(context);
    });
  }

  /** Extends a context by the token before it; undefined: before the beginning of the message. */
  #longer(context: number, before: number = startId): number {
    return context * this.#size + before;
  }
}

/**
 * Unrolls the formula above: from the longest context down, each leaves a share of the probability to the
 * next.
 */
function spreadOf(shortestFirst: readonly (Followers | undefined)[]): SparseDistribution {
  let left = 1;
  const seen = shortestFirst.filter(followers => followers !== undefined).reverse();
  const shares = seen.map(({ total, counts }) => {
    const perCount = left / (total + counts.size);
    left = perCount * counts.size;
    return { counts, perCount };
  });
  return { shares, left };
}

function mixture(
  shortestFirst: readonly (Followers | undefined)[],
  base: Float64Array,
  into: Float64Array,
): Float64Array {
  const { shares, left } = spreadOf(shortestFirst);
  for (let id = 0; id < base.length; id++) into[id] = left * base[id]!;
  for (const { counts, perCount } of shares) {
    for (const [id, count] of counts) into[id]! += count * perCount;
  }
  return into;
}
