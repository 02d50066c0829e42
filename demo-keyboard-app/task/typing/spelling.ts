import { SlipRows } from './slips.ts';

/** Letters from which a slip is looked for, and two: with fewer, nearly every word would be near. */
const lettersForOne = 3;
const lettersForTwo = 6;
/** What slips may cost together: any one, or two likely ones. */
const most = { one: 6, two: 8.5 } as const;
/** With more letters no slip is looked for: no word is that long, and a key must not take ever longer. */
const mostLetters = 24;

/** Words that may be meant by letters that were typed. */
export class Spelling {
  /** Places of the words, in the order of their letters. */
  readonly #order: Uint32Array;
  readonly #words: readonly string[];
  /** Letters that a word of that order begins with as the one before it. */
  readonly #shared: Uint8Array;
  /** Letters of words that were looked at for the last question, which the number of all letters bounds. */
  looked = 0;

  /** `words`: lower-case, of 255 letters at most. */
  constructor(words: readonly string[]) {
    this.#words = words;
    this.#order = Uint32Array.from(words.keys()).sort((a, b) => (words[a]! < words[b]! ? -1 : 1));
    this.#shared = new Uint8Array(words.length);
    for (let i = 1; i < words.length; i++)
      this.#shared[i] = lettersShared(words[this.#order[i - 1]!]!, words[this.#order[i]!]!);
  }

  /**
   * What each word costs that may be meant by these letters and those to come, in nats by its place: 0 of those that begin with them; of others what
   * one slip costs from three letters on, and two from six on. Words that are further away are left out.
   */
  meant(typed: string): ReadonlyMap<number, number> {
    const found = new Map<number, number>();
    this.looked = 0;
    if (typed.length > mostLetters) {
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
      // As long as the word may yet come nearer than it is, and near enough.
      while (kept < word.length && rows.least <= budget && rows.least < rows.cost) {
        rows.add(word[kept]!);
        kept += 1;
        this.looked += 1;
      }
      if (rows.cost <= budget) found.set(place, rows.cost);
      const isOver = rows.cost > budget && rows.least > budget;
      i += 1;
      // None that begins with the same letters is nearer.
      while (isOver && i < this.#order.length && this.#shared[i]! >= kept) i += 1;
    }
    return found;
  }
}

function budgetOf(letters: number): number {
  if (letters < lettersForOne) return 0;
  return letters < lettersForTwo ? most.one : most.two;
}

function lettersShared(one: string, other: string): number {
  let count = 0;
  while (count < one.length && count < other.length && count < 255 && one[count] === other[count]) count++;
  return count;
}
