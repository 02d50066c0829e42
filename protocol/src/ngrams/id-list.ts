import { readVarint, varint } from '../encoding/varint.ts';
import { MurmurationError } from '../errors/errors.ts';

/** Maximum n-grams of one list. */
const maxNgrams = 65_536;

/** Conditions on the ids of a list. */
export interface ListTerms {
  /** Ids of each n-gram. */
  readonly length: number;
  /** Exclusive upper bound of ids. */
  readonly classes: number;
  /** First id that an n-gram may end with. */
  readonly firstClass: number;
}

/**
 * Encodes n-grams of one length as LEB128 numbers: their count, then for each in rising order of its ids: the
 * number of leading ids it shares with the one before, the difference of the next id to that one's less 1,
 * and the remaining ids (SPEC.md, QY14).
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

/** Number of n-grams that a list announces. Throws `request.invalid` for more than 65,536. */
export function listed(bytes: Uint8Array): number {
  const count = readVarint(bytes, 0, invalid).value();
  if (count > maxNgrams) throw invalid(`It has ${count}; ${maxNgrams} are the most.`);
  return count;
}

/**
 * Reads the n-grams of a list, in rising order of their ids. Throws `request.invalid` for other bytes: equal
 * n-grams have exactly one list.
 */
export function readIdList(bytes: Uint8Array, { length, classes, firstClass }: ListTerms): number[][] {
  const count = listed(bytes);
  const next = readVarint(bytes, 0, invalid);
  next.value();
  const all: number[][] = [];
  let before: readonly number[] | undefined;
  for (let i = 0; i < count; i++) {
    const common = next.value();
    if (common >= length || (!before && common > 0)) throw invalid(`${common} ids in common are too many.`);
    const ids = before?.slice(0, common) ?? [];
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

/** Compares two n-grams by the first id that differs. */
export function inOrder(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}

const invalid = (why: string) => new MurmurationError('request.invalid', `A list of n-grams: ${why}`);
