import { isSoundNgrams } from './ngram-answer.ts';
import type { HeavyHittersQuery, Query } from './query.ts';
import { isSayable } from './sayable.ts';
import { bucketRows, digestOf, type Hash, pieces } from './text-digest.ts';
import { cellsIn, heavyIn, tableFor } from './text-table.ts';

/** Answer of an app about texts, with conditions for those that may leave the device. */
export interface Texts {
  /** Texts, each as often as it occurs. */
  readonly texts: readonly string[];
  /** Times that a text has to occur on this device; 3 by default. */
  readonly times?: number;
  /** True if texts with digits may leave too; false by default. */
  readonly digits?: boolean;
}

/** Dependencies to encode texts as ring elements. */
export interface TextPorts {
  readonly hash: Hash;
  /** Secret of the device, 32 bytes. */
  readonly secret: Uint8Array;
}

/** True if a value is a valid answer of an app about texts. */
export function isTexts(value: unknown): value is Texts {
  if (typeof value !== 'object' || value === null) return false;
  const { texts, times = 1, digits = false } = value as Readonly<Record<string, unknown>>;
  return (
    Array.isArray(texts) &&
    texts.every(text => typeof text === 'string') &&
    Number.isInteger(times) &&
    (times as number) >= 1 &&
    typeof digits === 'boolean'
  );
}

/** Texts that may leave a device: the most frequent first, at most as many as the query takes. */
export function chosenTexts(
  { bytes, values }: HeavyHittersQuery,
  { texts, times = 3, digits }: Texts,
): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const mayLeave = ([text, count]: readonly [string, number]) =>
    count >= times &&
    isSayable(text) &&
    new TextEncoder().encode(text).length <= bytes &&
    (digits || !/\p{N}/u.test(text));
  return [...counts]
    .filter(mayLeave)
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .slice(0, values)
    .map(([text]) => text);
}

/** Encodes a device's texts for the first round, or those in heavy buckets for the second one. */
export function encodeTexts(
  query: HeavyHittersQuery,
  answer: Texts,
  { hash, secret }: TextPorts,
): Int32Array {
  const digests = chosenTexts(query, answer).map(text => digestOf(text, query, hash));
  if (!query.heavy) {
    const sketch = new Int32Array(bucketRows * query.buckets);
    for (const { buckets } of digests)
      for (const [row, bucket] of buckets.entries()) sketch[row * query.buckets + bucket] = 1;
    return sketch;
  }
  const asked = { ...query, heavy: query.heavy };
  const table = tableFor(asked);
  const cellsOf = cellsIn(asked, table);
  const sum = new Int32Array(table.elements);
  for (const digest of digests) {
    const number = digest.pieceOf(secret);
    for (const cell of cellsOf(digest.buckets) ?? [])
      for (const [i, value] of [1, ...digest.piece(number)].entries()) {
        const at = (cell * pieces + number) * table.width + i;
        sum[at] = (sum[at]! + value) | 0;
      }
  }
  return sum;
}

/**
 * Maximum heavy buckets of a row: as many as the query has room for, and as the answers of `devices` devices
 * can make.
 */
function mostHeavy(query: HeavyHittersQuery, devices: number): number {
  const { values, texts, heavyFrom = query.threshold } = query;
  return Math.min(texts, Math.floor((devices * values) / heavyFrom));
}

/**
 * True if a query's sketch or list can come from the answers of a cohort. For heavy hitters, a row has at
 * most as many heavy buckets as there is room for and as answers can make, and room is for at most a fifth of
 * all buckets; so a forged sketch reveals at most one in 125 of all texts. For n-grams, see `isSoundNgrams`.
 * True for other queries.
 */
export function isSound(query: Query, largestCohort: number): boolean {
  if (query.kind === 'ngrams') return isSoundNgrams(query, largestCohort);
  if (query.kind !== 'heavy-hitters') return true;
  const { buckets, heavy, texts } = query;
  if (5 * texts > buckets) return false;
  const most = mostHeavy(query, largestCohort);
  return (
    !heavy ||
    Array.from({ length: bucketRows }, (_, row) => heavyIn(heavy, row, buckets)).every(count => count <= most)
  );
}
