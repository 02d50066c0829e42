import { base64url } from '../encoding/bytes.ts';
import { readVarint, varint } from '../encoding/varint.ts';
import { MurmurationError } from '../errors/errors.ts';
import { readIdList, writeIdList } from '../ngrams/id-list.ts';
import type { Ngram } from '../ngrams/ngram-file.ts';
import { ngramsOfList } from '../ngrams/ngram-list.ts';
import { fromBase64url, numbersOf, readNumbers } from './found-numbers.ts';
import { listOf } from './ngram-answer.ts';
import type { NgramsQuery } from './query.ts';

/** What a sketch of n-grams has. */
export interface NgramSketch {
  readonly kind: 'ngram-sketch';
  /** Ids of an n-gram. */
  readonly length: number;
  /** Numbers of the sketch that `heavyFrom` devices say. */
  readonly found: number;
  /** Which, as those of `FoundNumbers`. */
  readonly devices: string;
}

/** N-grams of one length that as many devices have as the threshold. */
export interface FoundNgrams {
  readonly kind: 'ngrams';
  /** Ids of an n-gram. */
  readonly length: number;
  /** How many there are. */
  readonly found: number;
  /** Which, as a list (`ngrams/id-list.ts`) in base64url. */
  readonly list: string;
  /** How often each comes, in the same order: base64url of numbers of seven bits a byte. */
  readonly counts: string;
}

/** What the sum of a round of a query for n-grams says. */
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

/** The n-grams of a round, in rising order of their ids. Throws `request.invalid` for what no query found. */
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
