/** Text before the caret, split where the current word begins. */
export interface Caret {
  /** Text before the current word, which suggestions follow. */
  readonly before: string;
  /** Written part of the current word; empty between words. */
  readonly prefix: string;
  /** True if the current word begins a sentence. */
  readonly startsSentence: boolean;
}

const WORD = /[\p{L}\p{N}']+/gu;
const LAST_WORD = /[\p{L}\p{N}']*$/u;
const SENTENCE_START = /(^|[.!?…]["”’)]*\s+)$/u;
/** Words that always begin with a capital. */
const ALWAYS_CAPITAL = /^i($|')/;

export function caretIn(text: string, at: number): Caret {
  const written = text.slice(0, at);
  const prefix = LAST_WORD.exec(written)![0];
  const before = written.slice(0, written.length - prefix.length);
  return { before, prefix, startsSentence: SENTENCE_START.test(before) };
}

/** Capitalises a suggestion at the start of a sentence, or if the writer began with a capital. */
export function spelled(word: string, { prefix, startsSentence }: Caret): string {
  const [first = ''] = prefix;
  const isCapital =
    ALWAYS_CAPITAL.test(word) || (prefix === '' ? startsSentence : first !== first.toLowerCase());
  return isCapital ? word.charAt(0).toUpperCase() + word.slice(1) : word;
}

export interface PlacedWord {
  readonly word: string;
  readonly at: number;
}

/** Returns the complete words: those with something behind them, or all of them once the text `isSent`. */
export function completeWords(text: string, isSent: boolean): PlacedWord[] {
  const words = Array.from(text.matchAll(WORD), ({ 0: word, index: at }) => ({ word, at }));
  const last = words.at(-1);
  return last && !isSent && last.at + last.word.length === text.length ? words.slice(0, -1) : words;
}
