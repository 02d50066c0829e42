import type { Alphabet } from '@murmuration/protocol/ngrams/ngram-sketch';
import { firstWordId, numberId, startId, unknownId, type Vocabulary } from './vocabulary.ts';

/** Sequences of ids for n-gram counts; a word that the vocabulary lacks is only the unknown id. */
export function sequencesOf(messages: readonly string[], vocabulary: Vocabulary): number[][] {
  return messages.map(message => [startId, ...vocabulary.encode(message)]);
}

/** Alphabet of n-grams over a vocabulary. */
export function alphabetOf({ size }: Vocabulary): Alphabet {
  return { classes: size, firstClass: firstWordId, others: [startId, unknownId, numberId] };
}
