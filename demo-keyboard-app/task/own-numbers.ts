import { unknownId, type Vocabulary } from './vocabulary.ts';

/**
 * Lowest number of words that a vocabulary lacks: above all ids, and independent of the vocabulary's size.
 */
const first = 2 ** 31;
/** End of the range of numbers, exclusive; `end` itself stands for no token. */
const end = 2 ** 32 - 1;

/**
 * Number of a token: its id or, if the vocabulary lacks the word, a hash of it (FNV-1a) above all ids, the
 * same in each session. Among a thousand such words, two share a number on one in four thousand devices.
 */
export function numberOf(token: string, vocabulary: Vocabulary): number {
  const id = vocabulary.id(token);
  if (id !== unknownId) return id;
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(token)) hash = Math.imul(hash ^ byte, 0x01000193);
  return first + ((hash >>> 0) % (end - first));
}
