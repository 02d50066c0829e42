import type { Alphabet } from '@murmuration/protocol/ngrams/ngram-sketch';
import { firstWordId, numberId, startId, unknownId, type Vocabulary } from './vocabulary.ts';

/** Messages as n-grams are counted in them: ids alone, so that a word which the vocabulary lacks is nothing but unknown. */
export function sequencesOf(messages: readonly string[], vocabulary: Vocabulary): number[][] {
  return messages.map(message => [startId, ...vocabulary.encode(message)]);
}

/** What n-grams of a vocabulary are made of. */
export function alphabetOf({ size }: Vocabulary): Alphabet {
  return { classes: size, firstClass: firstWordId, others: [startId, unknownId, numberId] };
}
