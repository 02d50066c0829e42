import { firstWordId } from './vocabulary.ts';

/** Shares, 0 to 1, of held-out words that were the first suggestion, and that were among the first three. */
export interface Recall {
  readonly top1: number;
  readonly top3: number;
  /** Words that were scored. */
  readonly words: number;
}

/**
 * Counts how often the next word is among the first suggestions. What is suggested are words only, ordered by their score;
 * of equal scores the smaller id goes first. A word that the vocabulary lacks is never suggested: it counts as a miss.
 */
export class RecallCounter {
  #top1 = 0;
  #top3 = 0;
  #words = 0;

  /**
   * Scores one word: `scores[offset + id]` for the ids of a vocabulary of `size` ids, the true next one being `target`.
   * It counts the better suggestions and stops at three, without sorting. A score that is no number makes a miss.
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

  /** Counts one word that had these first three suggestions, the likeliest first; `target` is the true next one. */
  addSuggested(suggested: readonly number[], target: number): void {
    this.#words++;
    if (target < firstWordId) return;
    const place = suggested.indexOf(target);
    if (place === 0) this.#top1++;
    if (place >= 0 && place < 3) this.#top3++;
  }

  /** Throws a RangeError before the first word. */
  get recall(): Recall {
    if (this.#words === 0) throw new RangeError('No word was scored: the held-out messages hold none.');
    return { top1: this.#top1 / this.#words, top3: this.#top3 / this.#words, words: this.#words };
  }
}
