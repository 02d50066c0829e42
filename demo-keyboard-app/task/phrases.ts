import { defineQuery } from '@murmuration/protocol/queries/define-query';
import type { NgramsQuery } from '@murmuration/protocol/queries/query';
import { phrasesQueryName, phrasesThreshold } from './query-names.ts';
import { firstWordId } from './vocabulary.ts';

/** Names of n-grams, by their length from 1. */
export const lengthNames = ['words', 'pairs', 'triples'] as const;

/** Query for the words, pairs and triples that devices have in common, in a vocabulary of `classes` ids. */
export function phrasesQuery(classes: number): NgramsQuery {
  return defineQuery({
    name: phrasesQueryName,
    kind: 'ngrams',
    threshold: phrasesThreshold,
    classes,
    firstClass: firstWordId,
    values: 1_000,
    sketches: [
      { rows: 3, buckets: 16_384 },
      { rows: 3, buckets: 16_384 },
    ],
  }) as NgramsQuery;
}
