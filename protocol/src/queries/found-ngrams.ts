import { base64url } from '../encoding/bytes.ts';
import { readVarint, varint } from '../encoding/varint.ts';
import { MurmurationError } from '../errors/errors.ts';
import { readIdList, writeIdList } from '../ngrams/id-list.ts';
import type { Ngram } from '../ngrams/ngram-file.ts';
import { ngramsOfList } from '../ngrams/ngram-list.ts';
import { fromBase64url, numbersOf, readNumbers } from './found-numbers.ts';
import { listOf } from './ngram-answer.ts';
import type { NgramsQuery } from './query.ts';

/** Result of a sketch of n-grams. */
export interface NgramSketch {
  readonly kind: 'ngram-sketch';
  /** Ids of an n-gram. */
  readonly length: number;
  /** Numbers of the sketch that at least `heavyFrom` devices reported. */
  readonly found: number;
  /** Numbers found, in the form of `FoundNumbers`. */
  readonly devices: string;
}

/** N-grams of one length that at least the threshold of devices have. */
export interface FoundNgrams {
  readonly kind: 'ngrams';
  /** Ids of an n-gram. */
  readonly length: number;
  /** Number of n-grams. */
  readonly found: number;
  /** N-grams as a list (`ngrams/id-list.ts`) in base64url. */
  readonly list: string;
  /** Count of each n-gram, in the same order: base64url of LEB128 numbers. */
  readonly counts: string;
}

/** Decodes the sum of a round of a query for n-grams. */
export function ngramFigures(query: NgramsQuery, sum: Int32Array): NgramSketch | FoundNgrams {
  const { threshold, heavyFrom = threshold, step } = query;
  const length = step?.length ?? 1;
  if (step?.asks === 'sketch') return { ...numbersOf(sum, heavyFrom), kind: 'ngram-sketch', length };
  const ngrams = ngramsOfList(listOf(query), readNumbers(numbersOf(sum, threshold)));
  const counts: number[] = [];
  for (const { count } of ngrams) varint(count, counts);
  return {
    kind: 'ngrams',
    length,
    found: ngrams.length,
    list: base64url(writeIdList(ngrams.map(({ ids }) => ids))),
    counts: base64url(Uint8Array.from(counts)),
  };
}

/**
 * Reads the n-grams of a round, in rising order of their ids. Throws `request.invalid` for a malformed
 * result.
 */
export function readNgrams(
  { length, list, counts }: FoundNgrams,
  { classes, firstClass }: Pick<NgramsQuery, 'classes' | 'firstClass'>,
): Ngram[] {
  const refuse = (why: string) => new MurmurationError('request.invalid', `The n-grams of a query: ${why}`);
  const next = readVarint(fromBase64url(counts, refuse), 0, refuse);
  const ngrams = readIdList(fromBase64url(list, refuse), { length, classes, firstClass }).map(ids => ({
    ids,
    count: next.value(),
  }));
  if (!next.isOver()) throw refuse('There are more counts than n-grams.');
  return ngrams;
}
