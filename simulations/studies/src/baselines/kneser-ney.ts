import { firstWordId, startId, unknownId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { SparseDistribution, SpreadingModel } from './spread.ts';

/**
 * Followers of a context: discounted counts, the sum of counts before, and the weight of the shorter context.
 */
interface Discounted {
  readonly counts: Map<number, number>;
  readonly total: number;
  readonly left: number;
  ranked?: Uint32Array;
}

/**
 * Trigram model with interpolated modified Kneser-Ney smoothing, as defined in Chen and Goodman, "An
 * Empirical Study of Smoothing Techniques for Language Modeling" (1998), section 3:
 *   P(w | h) = (c(h w) − D(c(h w))) / Σ c(h ·) + γ(h) P(w | h')
 * The discounts for counts of one, two, and three or more follow from how many n-grams of a length have
 * counts of one to four. Below the trigrams, c is the number of different tokens before an n-gram; for
 * n-grams that begin with the start of a message it is the count, because nothing comes before. Below the
 * unigram is the uniform distribution over all tokens that can follow.
 */
export class KneserNey implements SpreadingModel {
  readonly #size: number;
  /** Followers by length of the context, and by its ids as digits in base `#size`, the newest first. */
  readonly #followers: readonly ReadonlyMap<number, Discounted>[];
  readonly unigram: Float64Array;
  readonly byFrequency: Uint32Array;

  /**
   * Learns from messages.
   * @param size size of the vocabulary
   * @param messages ids of each message's tokens
   */
  constructor(size: number, messages: Iterable<readonly number[]>) {
    this.#size = size;
    this.#followers = countsOf(size, messages).map(discounted);
    const below = this.#followers[0]!.get(0);
    this.unigram = new Float64Array(size).fill((below?.left ?? 1) / (size - unknownId), unknownId);
    for (const [id, count] of below?.counts ?? [])
      this.unigram[id] = this.unigram[id]! + count / below!.total;
    this.byFrequency = Uint32Array.from({ length: size - firstWordId }, (_, i) => firstWordId + i).sort(
      (a, b) => this.unigram[b]! - this.unigram[a]! || a - b,
    );
  }

  spread(history: readonly number[], downTo: 'unigram' | 'uniform'): SparseDistribution {
    return this.#spreadOf(this.#seen(history).slice(downTo === 'unigram' ? 1 : 0));
  }

  ranked(history: readonly number[], length: number): Uint32Array {
    const found = this.#seen(history)[length];
    if (!found) return new Uint32Array();
    found.ranked ??= this.#rank(found, history, length);
    return found.ranked;
  }

  #rank({ counts }: Discounted, history: readonly number[], length: number): Uint32Array {
    const { shares, left } = this.#spreadOf(this.#seen(history).slice(1, length + 1));
    const words = [...counts.keys()].filter(id => id >= firstWordId);
    const of = (id: number) =>
      shares.reduce(
        (sum, each) => sum + (each.counts.get(id) ?? 0) * each.perCount,
        left * this.unigram[id]!,
      );
    const probabilities = new Map(words.map(id => [id, of(id)]));
    return Uint32Array.from(words).sort((a, b) => probabilities.get(b)! - probabilities.get(a)! || a - b);
  }

  #spreadOf(shortestFirst: readonly (Discounted | undefined)[]): SparseDistribution {
    let left = 1;
    const shares = shortestFirst
      .filter(found => found !== undefined)
      .reverse()
      .map(found => {
        const perCount = left / found.total;
        left *= found.left;
        return { counts: found.counts, perCount };
      });
    return { shares, left };
  }

  /**
   * Returns the followers of each context at the end of a history, from the empty one to the longest;
   * undefined for unseen ones.
   */
  #seen(history: readonly number[]): (Discounted | undefined)[] {
    let context = 0;
    return this.#followers.map((ofLength, length) => {
      if (length > 0) context = context * this.#size + (history[history.length - length] ?? startId);
      return ofLength.get(context);
    });
  }
}

type Counts = Map<number, Map<number, number>>;

const modelOrder = 3;

/** Counts trigrams, and for shorter n-grams the different tokens before them. */
function countsOf(size: number, messages: Iterable<readonly number[]>): Counts[] {
  const counts = Array.from({ length: modelOrder }, (): Counts => new Map());
  const add = (length: number, context: number, id: number): boolean => {
    const followers = counts[length]!.get(context) ?? new Map<number, number>();
    counts[length]!.set(context, followers);
    const before = followers.get(id) ?? 0;
    followers.set(id, before + 1);
    return before === 0;
  };
  for (const ids of messages)
    for (const [at, id] of ids.entries()) {
      const last = ids[at - 1] ?? startId;
      const isNew = add(2, last * size + (ids[at - 2] ?? startId), id);
      if (at === 0) add(1, last, id);
      if (isNew && at > 0 && add(1, last, id)) add(0, 0, id);
      else if (at === 0 && isNew) add(0, 0, id);
    }
  return counts;
}

/** Discounts the counts of one length. */
function discounted(counts: Counts): Map<number, Discounted> {
  const of = [0, 0, 0, 0, 0];
  for (const followers of counts.values())
    for (const count of followers.values()) if (count <= 4) of[count] = of[count]! + 1;
  const [, n1, n2, n3, n4] = of as [number, number, number, number, number];
  const y = n1 / (n1 + 2 * n2);
  // Little text may have no n-gram of a count: then half of the count is discounted.
  const orHalf = (value: number, count: number) =>
    Number.isFinite(value) && value > 0 && value < count ? value : count / 2;
  const discounts = [
    0,
    orHalf(1 - (2 * y * n2) / n1, 1),
    orHalf(2 - (3 * y * n3) / n2, 2),
    orHalf(3 - (4 * y * n4) / n3, 3),
  ];
  return new Map(
    Array.from(counts, ([context, followers]) => {
      let total = 0;
      let taken = 0;
      const left = new Map<number, number>();
      for (const [id, count] of followers) {
        const discount = discounts[Math.min(count, 3)]!;
        total += count;
        taken += discount;
        left.set(id, count - discount);
      }
      return [context, { counts: left, total, left: taken / total }] as const;
    }),
  );
}
