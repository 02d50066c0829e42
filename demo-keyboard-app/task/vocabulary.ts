import { numberToken, tokensOf } from './tokens.ts';

/**
 * Ids that are no words. They are inputs of the model and never its suggestions; the ids of words follow
 * them.
 */
export const paddingId = 0;
export const startId = 1;
export const unknownId = 2;
export const numberId = 3;
export const firstWordId = 4;

/**
 * Words that a model knows, each with an id: the ids of the special tokens first, then the words in the given
 * order. The word list is all that is needed: `new Vocabulary(vocabulary.words)` rebuilds it anywhere.
 */
export class Vocabulary {
  readonly words: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  constructor(words: readonly string[]) {
    this.words = words;
    this.#ids = new Map([
      [numberToken, numberId],
      ...words.map((word, i) => [word, firstWordId + i] as const),
    ]);
  }

  /** Number of ids, the special ones included: the width of the model's embedding and of its output. */
  get size(): number {
    return firstWordId + this.words.length;
  }

  /** Id of a token; `unknownId` for a word that the vocabulary lacks. */
  id(token: string): number {
    return this.#ids.get(token) ?? unknownId;
  }

  /** Word with an id; undefined for the special ids and those out of range. */
  word(id: number): string | undefined {
    return this.words[id - firstWordId];
  }

  /** Ids of a message's tokens, without start or end. */
  encode(message: string): number[] {
    return tokensOf(message).map(token => this.id(token));
  }
}

/**
 * Creates the vocabulary of `size` ids (special ones included) that covers most of the messages: their most
 * frequent words; equally frequent ones are ordered by code units, so that the same text always gives the
 * same ids.
 */
export function mostFrequentWords(messages: Iterable<string>, size: number): Vocabulary {
  const counts = new Map<string, number>();
  for (const message of messages) {
    for (const token of tokensOf(message)) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  counts.delete(numberToken);
  const words = [...counts]
    .sort(([a, timesA], [b, timesB]) => timesB - timesA || (a < b ? -1 : 1))
    .slice(0, size - firstWordId)
    .map(([word]) => word);
  return new Vocabulary(words);
}
