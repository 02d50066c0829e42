/** What every follower of a context gets for each time that it was counted. */
export interface Share {
  readonly counts: ReadonlyMap<number, number>;
  readonly perCount: number;
}

/** The distribution after a history in few numbers: the shares of contexts, the longest first, and what is left below them. */
export interface Spread {
  readonly shares: readonly Share[];
  readonly left: number;
}

/** An n-gram model whose likeliest words are found without looking at all of them. */
export interface SpreadingModel {
  /** P(w) by id, which every context without followers falls back to. */
  readonly unigram: Float64Array;
  /** The ids of words, the likeliest first; of equally likely ones the smaller first. */
  readonly byFrequency: Uint32Array;
  /** What is left below is for the unigram, or below that for the uniform distribution over all ids that can follow. */
  spread(history: readonly number[], downTo: 'unigram' | 'uniform'): Spread;
  /** The words that followed the last `length` tokens of a history, the likeliest first, of equals the smaller id. */
  ranked(history: readonly number[], length: number): Uint32Array;
}
