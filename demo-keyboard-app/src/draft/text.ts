/** What stands before the caret, split where the word begins that is being written. */
export interface Caret {
  /** The text before that word: what a suggestion follows. */
  readonly before: string;
  /** What is written of it so far; empty between words. */
  readonly prefix: string;
  /** Whether a sentence begins with it. */
  readonly startsSentence: boolean;
}

const WORD = /[\p{L}\p{N}']+/gu;
const LAST_WORD = /[\p{L}\p{N}']*$/u;
const SENTENCE_START = /(^|[.!?…]["”’)]*\s+)$/u;
/** Words that are capitals wherever they stand. */
const ALWAYS_CAPITAL = /^i($|')/;

export function caretIn(text: string, at: number): Caret {
  const written = text.slice(0, at);
  const prefix = LAST_WORD.exec(written)![0];
  const before = written.slice(0, written.length - prefix.length);
  return { before, prefix, startsSentence: SENTENCE_START.test(before) };
}

/** A suggestion, spelled as this place asks for: a capital where a sentence begins or where the writer began with one. */
export function spelled(word: string, { prefix, startsSentence }: Caret): string {
  const [first = ''] = prefix;
  const isCapital =
    ALWAYS_CAPITAL.test(word) || (prefix === '' ? startsSentence : first !== first.toLowerCase());
  return isCapital ? word.charAt(0).toUpperCase() + word.slice(1) : word;
}

/** A word of a text, and where it begins. */
export interface PlacedWord {
  readonly word: string;
  readonly at: number;
}

/** The words that are complete: those behind which something else stands, or all of them once the text `isSent`. */
export function completeWords(text: string, isSent: boolean): PlacedWord[] {
  const words = Array.from(text.matchAll(WORD), ({ 0: word, index: at }) => ({ word, at }));
  const last = words.at(-1);
  return last && !isSent && last.at + last.word.length === text.length ? words.slice(0, -1) : words;
}
