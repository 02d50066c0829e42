/** Followers of a context, with the probability per count. */
interface Share {
  readonly counts: ReadonlyMap<number, number>;
  readonly perCount: number;
}

/**
 * Sparse distribution after a history: the shares of contexts, the longest first, and the remaining weight.
 */
export interface SparseDistribution {
  readonly shares: readonly Share[];
  readonly left: number;
}

/** N-gram model that finds its likeliest words without examining all of them. */
export interface SpreadingModel {
  /** P(w) by id, the fallback of every context without followers. */
  readonly unigram: Float64Array;
  /** Ids of words, the likeliest first; ties by ascending id. */
  readonly byFrequency: Uint32Array;
  /**
   * Returns the distribution after a history. The remaining weight belongs to the unigram, or to the uniform
   * distribution below it over all ids that can follow.
   */
  spread(history: readonly number[], downTo: 'unigram' | 'uniform'): SparseDistribution;
  /**
   * Returns the words that followed the last `length` tokens of a history, the likeliest first; ties by
   * ascending id.
   */
  ranked(history: readonly number[], length: number): Uint32Array;
}
