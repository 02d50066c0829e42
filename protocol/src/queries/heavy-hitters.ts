import { sha256 } from '@noble/hashes/sha2.js';
import { base64url } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';
import { type Estimate, meanOfCounts } from './intervals.ts';
import type { HeavyHittersQuery } from './query.ts';
import { pieces } from './text-digest.ts';
import { chanceOfFailure, chanceOfPieces } from './text-odds.ts';
import { readTable } from './text-reader.ts';
import { tableFor } from './text-table.ts';
import { queryForm } from './vector.ts';

export interface TextFigures {
  readonly text: string;
  /** On how many of the devices that answered it is. */
  readonly devices: number;
  readonly share: Estimate;
}

/** What the first of the two rounds finds. */
export interface Sketch {
  readonly kind: 'sketch';
  /** A bit for each bucket of both rows: whether as many devices as the threshold have a text in it; in base64url. */
  readonly heavy: string;
  /** How many are so, in both rows. */
  readonly buckets: number;
}

/** Texts that as many devices have as the threshold, the most frequent first. */
export interface HeavyHitters {
  readonly kind: 'heavy-hitters';
  readonly texts: readonly TextFigures[];
  /** Texts that as many devices have, and that could not be read. */
  readonly unread: number;
  /** The chance that a text is found which no more devices have than the threshold, at least. */
  readonly chance: number;
}

/** Which buckets as many devices as the threshold have a text in; where there are none, there is nothing more to ask. */
export function sketchOf(query: HeavyHittersQuery, sum: Int32Array): Sketch | HeavyHitters {
  const heavy = new Uint8Array(Math.ceil(sum.length / 8));
  let buckets = 0;
  for (const [i, devices] of sum.entries()) {
    if (devices < query.threshold) continue;
    heavy[i >> 3]! |= 1 << (i & 7);
    buckets += 1;
  }
  if (buckets === 0) return { kind: 'heavy-hitters', texts: [], unread: 0, chance: chanceIn(query) };
  return { kind: 'sketch', heavy: base64url(heavy), buckets };
}

/** Throws `config.invalid` where more was in the table than it has room for. */
export function heavyHittersOf(query: HeavyHittersQuery, sum: Int32Array, devices: number): HeavyHitters {
  const { name, threshold, texts: room } = query;
  const { width } = queryForm(query, devices);
  const { texts, unread, isComplete } = readTable(query, sum, width, devices, sha256);
  if (!isComplete)
    throw new MurmurationError(
      'config.invalid',
      `The query "${name}": its table can't be read; devices have more texts in common than ${room}, or one of them has spoilt it. Give the query more texts, or ask again.`,
    );
  return {
    kind: 'heavy-hitters',
    texts: texts
      .filter(each => each.devices >= threshold)
      .map(each => ({ ...each, share: meanOfCounts(each.devices, devices, 1) })),
    unread: unread.filter(each => each >= threshold).length,
    chance: chanceIn(query),
  };
}

function chanceIn(query: HeavyHittersQuery): number {
  const failure = chanceOfFailure(pieces * query.texts, tableFor(query).cells);
  return chanceOfPieces(query.threshold) * (1 - failure);
}
