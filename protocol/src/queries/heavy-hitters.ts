import { sha256 } from '@noble/hashes/sha2.js';
import { base64url } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';
import { type Estimate, meanOfCounts } from './intervals.ts';
import type { HeavyHittersQuery } from './query.ts';
import { bucketRows } from './text-digest.ts';
import { chanceOfCircle, chanceOfHeavy, chanceOfPieces } from './text-odds.ts';
import { readTable } from './text-reader.ts';
import { heavyIn, spareFor } from './text-table.ts';
import { queryForm } from './vector.ts';

export interface TextFigures {
  readonly text: string;
  /** Devices with the text, of those that answered; a lower bound if a rare text shared its cells. */
  readonly devices: number;
  readonly share: Estimate;
}

/** Result of the first of the two rounds. */
export interface Sketch {
  readonly kind: 'sketch';
  /**
   * Bits in base64url, one for each bucket of all rows: 1 if at least `heavyFrom` devices have a text in it.
   */
  readonly heavy: string;
  /** Heavy buckets in all rows. */
  readonly buckets: number;
}

/** Texts that at least the threshold of devices have, the most frequent first. */
export interface HeavyHitters {
  readonly kind: 'heavy-hitters';
  readonly texts: readonly TextFigures[];
  /** Buckets in which at least the threshold of devices have unreadable texts. */
  readonly unread: number;
  /** Lower bound of the probability that a text is found which exactly the threshold of devices have. */
  readonly chance: number;
}

/**
 * Finds the heavy buckets; returns an empty result if there are none, since then no second round is needed.
 * Throws `config.invalid` if a row has more of them than the query has room for.
 */
export function sketchOf(query: HeavyHittersQuery, sum: Int32Array): Sketch | HeavyHitters {
  const { name, texts, heavyFrom = query.threshold } = query;
  const heavy = new Uint8Array(Math.ceil(sum.length / 8));
  for (const [i, devices] of sum.entries()) if (devices >= heavyFrom) heavy[i >> 3]! |= 1 << (i & 7);
  const found = Array.from({ length: bucketRows }, (_, row) => heavyIn(heavy, row, query.buckets));
  if (Math.max(...found) > texts)
    throw new MurmurationError(
      'config.invalid',
      `The query "${name}": devices have more texts in common than ${texts}: about ${Math.max(...found)}. Give the query more texts, and at least five times as many buckets.`,
    );
  // A text that many devices have makes a bucket of each row heavy.
  if (Math.min(...found) === 0)
    return { kind: 'heavy-hitters', texts: [], unread: 0, chance: chanceIn(query) };
  return { kind: 'sketch', heavy: base64url(heavy), buckets: found.reduce((all, each) => all + each, 0) };
}

/** Reads the texts in the heavy buckets from the sum of the second round. */
export function heavyHittersOf(
  query: HeavyHittersQuery & { readonly heavy: Uint8Array },
  sum: Int32Array,
  devices: number,
): HeavyHitters {
  const { threshold } = query;
  const { width } = queryForm(query, devices);
  const { texts, unread } = readTable(query, sum, width, devices, sha256);
  return {
    kind: 'heavy-hitters',
    texts: texts
      .filter(each => each.devices >= threshold)
      .map(each => ({ ...each, share: meanOfCounts(each.devices, devices, 1) })),
    unread: unread.filter(each => each >= threshold).length,
    chance: chanceIn(query),
  };
}

/** Probability that a text is read if there are as many texts as the query has room for. */
function chanceIn({ threshold, texts, buckets, heavyFrom }: HeavyHittersQuery): number {
  const read = chanceOfPieces(threshold) * (1 - chanceOfCircle(texts, buckets, spareFor(texts, heavyFrom)));
  return heavyFrom === undefined ? read : read * chanceOfHeavy(threshold, heavyFrom);
}
