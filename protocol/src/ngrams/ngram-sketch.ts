import { keyOf, type Ngrams } from './counted-ngrams.ts';
import { inOrder } from './id-list.ts';

/**
 * Form of a sketch of n-grams of one length (QY12): each n-gram has one of `buckets` numbers in each of
 * `rows` rows.
 */
export interface SketchForm {
  readonly rows: number;
  readonly buckets: number;
}

/** Numbers of an n-gram, one in each row. They spread n-grams but hide nothing: the ids determine them. */
export function sketchNumbers(ids: readonly number[], { rows, buckets }: SketchForm): number[] {
  return Array.from({ length: rows }, (_, row) => row * buckets + (hashOf(ids, row) % buckets));
}

/** Ids that n-grams may contain. */
export interface Alphabet {
  /** Exclusive upper bound of ids. */
  readonly classes: number;
  /** First id that is a class. */
  readonly firstClass: number;
  /** Ids below the classes that may precede one. */
  readonly others: readonly number[];
}

/**
 * Finds the n-grams that may have filled a sketch: those whose numbers were all found, and whose parts that
 * end with a class are known. They include every n-gram that enough devices reported, and others only if they
 * collide in all rows. In rising order of ids.
 *
 * @param shorter known n-grams that are shorter by one id.
 * @param ends those of them that candidates end with: all by default.
 * @param found numbers of the sketch that enough devices reported.
 */
export function candidatesOf(
  length: number,
  { classes, firstClass, others }: Alphabet,
  shorter: Ngrams<{ readonly ids: readonly number[] }>,
  found: { has(number: number): boolean },
  form: SketchForm,
  ends: Iterable<{ readonly ids: readonly number[] }> = shorter.values(),
): (readonly number[])[] {
  const candidates: (readonly number[])[] = [];
  const ids = new Array<number>(length);
  const isFound = () => {
    for (let row = 0; row < form.rows; row++)
      if (!found.has(row * form.buckets + (hashOf(ids, row) % form.buckets))) return false;
    return true;
  };
  const before = idsBefore(shorter);
  // A class before another class in a pair is one that many devices have, as its ending is.
  const any =
    length === 2
      ? [...others, ...[...shorter.values()].map(({ ids }) => ids[0]!)]
      : [...others, ...Array.from({ length: classes - firstClass }, (_, i) => firstClass + i)];
  for (const { ids: end } of ends) {
    for (const [i, id] of end.entries()) ids[i + 1] = id;
    // Devices count no n-gram that doesn't end with a class, so anything may precede such an end.
    const isCounted = length > 2 && end[length - 3]! >= firstClass;
    for (const first of isCounted ? (before.get(keyOf(end.slice(0, -1))) ?? []) : any) {
      ids[0] = first;
      if (isFound()) candidates.push([...ids]);
    }
  }
  return candidates.sort(inOrder);
}

/** Map from the remaining ids of known n-grams to the ids that begin them. */
function idsBefore(ngrams: Ngrams<{ readonly ids: readonly number[] }>): Map<string, number[]> {
  const before = new Map<string, number[]>();
  for (const { ids } of ngrams.values()) {
    const rest = keyOf(ids.slice(1));
    const known = before.get(rest);
    if (known) known.push(ids[0]!);
    else before.set(rest, [ids[0]!]);
  }
  return before;
}

/** MurmurHash3_x86_32 (Appleby 2011) of the ids as u32, with the row as the seed. */
function hashOf(ids: readonly number[], row: number): number {
  let hash = row;
  for (const id of ids) {
    const word = Math.imul(rotated(Math.imul(id, 0xcc9e2d51), 15), 0x1b873593);
    hash = (Math.imul(rotated(hash ^ word, 13), 5) + 0xe6546b64) | 0;
  }
  hash ^= 4 * ids.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
