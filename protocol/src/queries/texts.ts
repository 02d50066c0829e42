import type { HeavyHittersQuery, Query } from './query.ts';
import { digestOf, type Hash, rows } from './text-digest.ts';
import { placeOf, tableFor } from './text-table.ts';

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
    text.length > 0 &&
    new TextEncoder().encode(text).length <= bytes &&
    !/[\p{Cc}\p{Surrogate}]/u.test(text) &&
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
  const { heavy } = query;
  const table = tableFor(query);
  const sum = new Int32Array(table.elements);
  for (const digest of digests) {
    if (!digest.buckets.every((bucket, row) => isHeavy(heavy, row * query.buckets + bucket))) continue;
    const number = digest.pieceOf(secret);
    const { cells, check } = placeOf(digest.tag, number, table, hash);
    const entry = [1, check, ...digest.tag, ...digest.piece(number)];
    for (const cell of cells)
      for (const [i, value] of entry.entries())
        sum[cell * table.width + i] = (sum[cell * table.width + i]! + value) | 0;
  }
  return sum;
}

/** Whether a bucket is heavy, numbered through all rows. */
function isHeavy(heavy: Uint8Array, bucket: number): boolean {
  return ((heavy[bucket >> 3]! >> (bucket & 7)) & 1) === 1;
}

/** The heavy buckets of a row, at most: no answers of so many devices make more. */
function mostHeavy({ values, threshold }: HeavyHittersQuery, devices: number): number {
  return Math.floor((devices * values) / threshold);
}

/**
 * Whether no more buckets of a row are said to be heavy than answers of a cohort can make so, and those are half of them at most: true of other
 * queries. So a sketch that the coordinator has made up opens a quarter of all texts at most.
 */
export function isSound(query: Query, largestCohort: number): boolean {
  if (query.kind !== 'heavy-hitters') return true;
  const { buckets, heavy } = query;
  const most = mostHeavy(query, largestCohort);
  if (2 * most > buckets) return false;
  return (
    !heavy ||
    Array.from({ length: rows }, (_, row) => heavyIn(heavy, row, buckets)).every(count => count <= most)
  );
}

/** How many buckets of a row are heavy. */
function heavyIn(heavy: Uint8Array, row: number, buckets: number): number {
  let count = 0;
  for (let bucket = row * buckets; bucket < (row + 1) * buckets; bucket++)
    if (isHeavy(heavy, bucket)) count += 1;
  return count;
}
