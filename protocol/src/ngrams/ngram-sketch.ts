import { keyOf, type Ngrams } from './counted-ngrams.ts';
import { inOrder } from './id-list.ts';

/** How n-grams of one length become the numbers of a query (QY12): in each of so many rows one of so many. */
export interface SketchForm {
  readonly rows: number;
  readonly buckets: number;
}

/** The numbers of an n-gram, one of each row. They spread n-grams; whoever knows the ids can compute them. */
export function sketchNumbers(ids: readonly number[], { rows, buckets }: SketchForm): number[] {
  return Array.from({ length: rows }, (_, row) => row * buckets + (hashOf(ids, row) % buckets));
}

/** What n-grams may be made of. */
export interface Alphabet {
  /** Ids are below it. */
  readonly classes: number;
  /** The first one that is a class. */
  readonly firstClass: number;
  /** Ids below the classes that may precede one. */
  readonly others: readonly number[];
}

/**
 * The n-grams that devices may have said which filled a sketch: those whose numbers were all found, and whose parts that end with a class are known.
 * Every n-gram that enough devices said is among them; of others, those that collide with them in all rows. In rising order of ids.
 *
 * @param shorter the n-grams known that are one shorter.
 * @param ends of these, those that candidates end with: all of them by default.
 * @param found the numbers of the sketch that enough devices said.
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
  // What precedes a class in a pair is one that many devices have, as all that a pair ends with.
  const any =
    length === 2
      ? [...others, ...[...shorter.values()].map(({ ids }) => ids[0]!)]
      : [...others, ...Array.from({ length: classes - firstClass }, (_, i) => firstClass + i)];
  for (const { ids: end } of ends) {
    for (const [i, id] of end.entries()) ids[i + 1] = id;
    // What ends with no class nobody counts: anything may be before it.
    const isCounted = length > 2 && end[length - 3]! >= firstClass;
    for (const first of isCounted ? (before.get(keyOf(end.slice(0, -1))) ?? []) : any) {
      ids[0] = first;
      if (isFound()) candidates.push([...ids]);
    }
  }
  return candidates.sort(inOrder);
}

/** The ids that begin known n-grams, by those behind them. */
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

/** MurmurHash3_x86_32 (Appleby 2011) of the ids as u32, with the row for the seed. */
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
