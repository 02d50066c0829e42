import { firstWordId } from './vocabulary.ts';

/** Shares, 0 to 1, of held-out words that were the first suggestion, and that were among the first three. */
export interface Recall {
  readonly top1: number;
  readonly top3: number;
  /** Number of scored words. */
  readonly words: number;
}

/**
 * Counts how often the next word is among the first suggestions. Only words are suggested, ordered by score;
 * of equal scores the smaller id goes first. A word that the vocabulary lacks is never suggested: it counts
 * as a miss.
 */
export class RecallCounter {
  #top1 = 0;
  #top3 = 0;
  #words = 0;

  /**
   * Scores one word: `scores[offset + id]` for the ids of a vocabulary of `size` ids; `target` is the true
   * next one. Counts the better suggestions up to three, without sorting. A NaN score of the target is a
   * miss.
   */
  add(scores: ArrayLike<number>, offset: number, size: number, target: number): void {
    this.#words++;
    if (target < firstWordId) return;
    const score = scores[offset + target]!;
    let better = 0;
    for (let id = firstWordId; id < size && better < 3; id++) {
      const other = scores[offset + id]!;
      const behind = other < score || (other === score && id >= target);
      if (!behind) better++;
    }
    if (better < 1) this.#top1++;
    if (better < 3) this.#top3++;
  }

  /**
   * Counts one word with these first three suggestions, the likeliest first; `target` is the true next one.
   */
  addSuggested(suggested: readonly number[], target: number): void {
    this.#words++;
    if (target < firstWordId) return;
    const place = suggested.indexOf(target);
    if (place === 0) this.#top1++;
    if (place >= 0 && place < 3) this.#top3++;
  }

  /** Recall so far. Throws a RangeError before the first word. */
  get recall(): Recall {
    if (this.#words === 0) throw new RangeError('No word was scored: the held-out messages hold none.');
    return { top1: this.#top1 / this.#words, top3: this.#top3 / this.#words, words: this.#words };
  }
}
