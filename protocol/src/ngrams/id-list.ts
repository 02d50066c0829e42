import { readVarint, varint } from '../encoding/varint.ts';
import { MurmurationError } from '../errors/errors.ts';

/** N-grams of one list, at most. */
const mostListed = 65_536;

/** What ids in a list have to be. */
export interface ListTerms {
  /** Ids of each n-gram. */
  readonly length: number;
  /** Ids are below it. */
  readonly classes: number;
  /** The first id that an n-gram may end with. */
  readonly firstClass: number;
}

/**
 * N-grams of one length as bytes: numbers of seven bits a byte: how many there are, then of each in rising order of its ids how many leading ids it
 * has in common with the one before, by how much the next id is greater than that one's, less 1, and the ids that follow (SPEC.md, QY14).
 */
export function writeIdList(ngrams: readonly (readonly number[])[]): Uint8Array {
  const bytes: number[] = [];
  varint(ngrams.length, bytes);
  let before: readonly number[] = [];
  for (const ids of ngrams.toSorted(inOrder)) {
    let common = 0;
    while (common < ids.length - 1 && ids[common] === before[common]) common++;
    varint(common, bytes);
    varint(ids[common]! - (before.length > 0 ? before[common]! + 1 : 0), bytes);
    for (const id of ids.slice(common + 1)) varint(id, bytes);
    before = ids;
  }
  return Uint8Array.from(bytes);
}

/** How many n-grams a list says that it has. Throws `request.invalid` for more than 65,536. */
export function listed(bytes: Uint8Array): number {
  const count = readVarint(bytes, 0, invalid).value();
  if (count > mostListed) throw invalid(`It has ${count}; ${mostListed} are the most.`);
  return count;
}

/** The n-grams of a list, in rising order of their ids. Throws `request.invalid` for other bytes: there is one list of the same n-grams. */
export function readIdList(bytes: Uint8Array, { length, classes, firstClass }: ListTerms): number[][] {
  const count = listed(bytes);
  const next = readVarint(bytes, 0, invalid);
  next.value();
  const all: number[][] = [];
  let before: readonly number[] | undefined;
  for (let i = 0; i < count; i++) {
    const common = next.value();
    if (common >= length || (!before && common > 0)) throw invalid(`${common} ids in common are too many.`);
    const ids = (before ?? []).slice(0, common);
    ids.push(next.value() + (before ? before[common]! + 1 : 0));
    while (ids.length < length) ids.push(next.value());
    if (ids.some(id => id >= classes) || ids.at(-1)! < firstClass)
      throw invalid(`The n-gram ${ids.join(' ')} is none of ${classes} classes from ${firstClass} on.`);
    all.push(ids);
    before = ids;
  }
  if (!next.isOver()) throw invalid('There are bytes behind the last n-gram.');
  return all;
}

/** Rising by the first ids that differ. */
export function inOrder(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}

const invalid = (why: string) => new MurmurationError('request.invalid', `A list of n-grams: ${why}`);
