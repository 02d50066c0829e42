import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { isSayable } from '@murmuration/protocol/queries/sayable';

/** Words of a task that are rejected at a time, at most: they are read whenever words are proposed. */
export const mostRejected = 5_000;

/** Bytes of UTF-8 that a text of a query has at most (SPEC QY8). */
const mostBytes = 64;

/** Throws `request.invalid` for what no device can say, and so is never proposed. */
export function requireSayable(words: readonly string[]): void {
  for (const word of words) {
    const bytes = new TextEncoder().encode(word).length;
    if (bytes < 1 || bytes > mostBytes)
      throw new MurmurationError(
        'request.invalid',
        `A word has 1 to ${mostBytes} bytes of UTF-8, and one of these has ${bytes}.`,
      );
    if (!isSayable(word))
      throw new MurmurationError(
        'request.invalid',
        `${JSON.stringify(word)} has a control character or half of a character, which no word of devices has.`,
      );
  }
}

/** Throws `request.invalid` where one of the words is in the vocabulary: its rows are part of the model. */
export function requireOutside(words: readonly string[], vocabulary: readonly string[]): void {
  const has = new Set(vocabulary);
  const known = words.find(word => has.has(word));
  if (known !== undefined)
    throw new MurmurationError(
      'request.invalid',
      `"${known}" is in the vocabulary, which no word is taken out of: have the app not offer it.`,
    );
}

/** Throws `request.invalid` for more words than are kept. */
export function requireKeepable(before: number, more: number): void {
  if (before + more > mostRejected)
    throw new MurmurationError(
      'request.invalid',
      `${mostRejected} words are rejected at most, and ${before} are: allow some of them before you reject ${more} more.`,
    );
}
