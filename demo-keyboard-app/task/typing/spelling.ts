import { SlipRows } from './slips.ts';

/**
 * Typed letters from which one slip is allowed; `lettersForTwo` is that for two. With fewer, nearly every
 * word would match.
 */
const lettersForOne = 3;
const lettersForTwo = 6;
/** Highest total cost of slips: any one, or two likely ones. */
const maxCost = { one: 6, two: 8.5 } as const;
/** Most typed letters for which slips are sought: no word is longer, and the time per key must be bounded. */
const maxTypedLetters = 24;

/** Finds words that typed letters may stand for. */
export class Spelling {
  /** Indices of the words in alphabetical order. */
  readonly #order: Uint32Array;
  readonly #words: readonly string[];
  /** Number of first letters that each word of that order shares with the one before it. */
  readonly #shared: Uint8Array;
  /** Letters of words visited in the last search, at most the number of all letters. */
  looked = 0;

  /** @param words lower-case, of 255 letters at most. */
  constructor(words: readonly string[]) {
    this.#words = words;
    this.#order = Uint32Array.from(words.keys()).sort((a, b) => (words[a]! < words[b]! ? -1 : 1));
    this.#shared = new Uint8Array(words.length);
    for (let i = 1; i < words.length; i++)
      this.#shared[i] = lettersShared(words[this.#order[i - 1]!]!, words[this.#order[i]!]!);
  }

  /**
   * Cost of each word that these letters may begin, in nats, by its index: 0 if it begins with them;
   * otherwise the cost of one slip from three letters on, and of two from six on. Leaves out words that cost
   * more.
   */
  meant(typed: string): ReadonlyMap<number, number> {
    const found = new Map<number, number>();
    this.looked = 0;
    if (typed.length > maxTypedLetters) {
      for (const [place, word] of this.#words.entries()) if (word.startsWith(typed)) found.set(place, 0);
      return found;
    }
    const rows = new SlipRows(typed);
    const budget = budgetOf(typed.length);
    let kept = 0;
    for (let i = 0; i < this.#order.length; ) {
      const place = this.#order[i]!;
      const word = this.#words[place]!;
      kept = Math.min(kept, this.#shared[i]!);
      rows.keep(kept);
      // Continues while the word may still get cheaper, within the budget.
      while (kept < word.length && rows.least <= budget && rows.least < rows.cost) {
        rows.add(word[kept]!);
        kept += 1;
        this.looked += 1;
      }
      if (rows.cost <= budget) found.set(place, rows.cost);
      const isOver = rows.cost > budget && rows.least > budget;
      i += 1;
      // Words with the same beginning can't be cheaper.
      while (isOver && i < this.#order.length && this.#shared[i]! >= kept) i += 1;
    }
    return found;
  }
}

function budgetOf(letters: number): number {
  if (letters < lettersForOne) return 0;
  return letters < lettersForTwo ? maxCost.one : maxCost.two;
}

function lettersShared(one: string, other: string): number {
  let count = 0;
  while (count < one.length && count < other.length && count < 255 && one[count] === other[count]) count++;
  return count;
}
