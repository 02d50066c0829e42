import { isSoundNgrams } from './ngram-answer.ts';
import type { HeavyHittersQuery, Query } from './query.ts';
import { isSayable } from './sayable.ts';
import { digestOf, type Hash, pieces, rows } from './text-digest.ts';
import { cellsIn, heavyIn, tableFor } from './text-table.ts';

/** What an app answers about texts, and which of them may leave the device. */
export interface Texts {
  /** Each as often as it occurs. */
  readonly texts: readonly string[];
  /** How often a text has to occur on this device; 3 by default. */
  readonly times?: number;
  /** Whether those with digits count too; they don't by default. */
  readonly digits?: boolean;
}

/** What a device turns its texts into ring elements with. */
export interface TextPorts {
  readonly hash: Hash;
  /** Of the device alone, 32 bytes. */
  readonly secret: Uint8Array;
}

/** Whether a value is what an app may answer about texts. */
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

/** The texts that may leave a device: those that occur most often first, no more than the query takes. */
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

/** What a device says of its texts in the first round, or of those that are in heavy buckets in the second one. */
export function encodeTexts(
  query: HeavyHittersQuery,
  answer: Texts,
  { hash, secret }: TextPorts,
): Int32Array {
  const digests = chosenTexts(query, answer).map(text => digestOf(text, query, hash));
  if (!query.heavy) {
    const sketch = new Int32Array(rows * query.buckets);
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

/** The heavy buckets of a row, at most: those that there is room for, and no more than answers of so many devices can make. */
function mostHeavy(query: HeavyHittersQuery, devices: number): number {
  const { values, texts, heavyFrom = query.threshold } = query;
  return Math.min(texts, Math.floor((devices * values) / heavyFrom));
}

/**
 * Whether no more buckets of a row are said to be heavy than there is room for and answers of a cohort can make so, and room is for a fifth of
 * them at most; of n-grams, whether no more are listed than answers can make: true of other queries. So a sketch that the coordinator has made up opens one in 125 of all texts at most.
 */
export function isSound(query: Query, largestCohort: number): boolean {
  if (query.kind === 'ngrams') return isSoundNgrams(query, largestCohort);
  if (query.kind !== 'heavy-hitters') return true;
  const { buckets, heavy, texts } = query;
  if (5 * texts > buckets) return false;
  const most = mostHeavy(query, largestCohort);
  return (
    !heavy ||
    Array.from({ length: rows }, (_, row) => heavyIn(heavy, row, buckets)).every(count => count <= most)
  );
}
