import { unknownId, type Vocabulary } from './vocabulary.ts';

/** Numbers of words that a vocabulary lacks: above all ids, and the same however many words it has by then. */
const first = 2 ** 31;
/** The largest number that a token may have, and one more, which stands for no token. */
const end = 2 ** 32 - 1;

/**
 * The number of a token: its id, or where the vocabulary lacks the word a hash of it (FNV-1a) above all ids, the same in each session. Of a
 * thousand such words two share a number once in four thousand devices.
 */
export function numberOf(token: string, vocabulary: Vocabulary): number {
  const id = vocabulary.id(token);
  if (id !== unknownId) return id;
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(token)) hash = Math.imul(hash ^ byte, 0x01000193);
  return first + ((hash >>> 0) % (end - first));
}
