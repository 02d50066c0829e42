import { concatBytes, utf8 } from '../encoding/bytes.ts';
import { readVarint, varint } from '../encoding/varint.ts';
import { MurmurationError } from '../errors/errors.ts';
import { longestNgram, mostNgramBytes } from './terms.ts';

/** Class with the inputs before it, oldest first, and how often it followed them. */
export interface Ngram {
  readonly ids: readonly number[];
  readonly count: number;
}

/** Ranges of the ids and counts of a file. */
export interface NgramTerms {
  /** Exclusive upper bound of ids. */
  readonly classes: number;
  /** First id that is a class to predict; lower ones only precede others. */
  readonly firstClass: number;
  /** Minimum devices that have an n-gram of the file; no count is smaller. */
  readonly threshold: number;
}

/** N-grams of a file as a trie, level by level: the children of a node are adjacent, with rising ids. */
export interface NgramTrie extends NgramTerms {
  /** Maximum ids of an n-gram. */
  readonly order: number;
  /** Id of each node (below: its count; 0 for a node that only precedes others). */
  readonly ids: Uint32Array;
  readonly counts: Uint32Array;
  /**
   * Index of each node's first child, and at the end where the children of the last node end; nodes of the
   * last level have no entry.
   */
  readonly children: Uint32Array;
  /** Nodes of the first level, which come first. */
  readonly roots: number;
}

const magic = utf8('MNGC');
const formatVersion = 1;
/** Maximum n-grams of a file, including those that only precede others. */
const mostNodes = 1 << 20;
const mostClasses = 1 << 20;
const mostThreshold = 1_000_000;
const mostCount = 2 ** 32 - 1;

/**
 * Encodes a file of n-grams (MD8): equal n-grams in any order give equal bytes. Throws `model.corrupt` for
 * n-grams that are invalid there: too long or too many, ids or counts out of range, or duplicates.
 */
export function encodeNgrams(ngrams: Iterable<Ngram>, terms: NgramTerms): Uint8Array {
  const root = branch();
  let order = 1;
  for (const { ids, count } of ngrams) {
    if (ids.length < 1 || ids.length > longestNgram) throw corrupt(`An n-gram has ${ids.length} ids.`);
    let node = root;
    for (const id of ids) {
      const next = node.children.get(id) ?? branch();
      node.children.set(id, next);
      node = next;
    }
    if (node.count > 0) throw corrupt(`The n-gram ${ids.join(' ')} is there twice.`);
    node.count = count;
    order = Math.max(order, ids.length);
  }
  const { classes, firstClass, threshold } = terms;
  const parts: number[] = [];
  for (const value of [classes, firstClass, threshold, order]) varint(value, parts);
  let level = [root];
  for (let depth = 1; depth <= order; depth++) {
    const next: Branch[] = [];
    for (const { children } of level) {
      varint(children.size, parts);
      let before = -1;
      for (const [id, child] of [...children].sort(([a], [b]) => a - b)) {
        varint(id - before - 1, parts);
        varint(child.count, parts);
        before = id;
        next.push(child);
      }
    }
    level = next;
  }
  const bytes = concatBytes(magic, Uint8Array.of(formatVersion), Uint8Array.from(parts));
  // The reader checks them, so that no refused file is ever written.
  decodeNgrams(bytes);
  return bytes;
}

interface Branch {
  count: number;
  readonly children: Map<number, Branch>;
}

const branch = (): Branch => ({ count: 0, children: new Map() });

/**
 * Reads a file of n-grams. Throws `model.corrupt` for other bytes: equal n-grams have exactly one file (MD8).
 */
export function decodeNgrams(bytes: Uint8Array): NgramTrie {
  if (bytes.length > mostNgramBytes)
    throw corrupt(`It has ${bytes.length} bytes; ${mostNgramBytes} are the most.`);
  const head = magic.length + 1;
  if (bytes.length < head || magic.some((byte, i) => bytes[i] !== byte)) throw corrupt('It is no such file.');
  if (bytes[magic.length] !== formatVersion)
    throw corrupt(`It is of version ${bytes[magic.length]}; this device reads ${formatVersion}.`);
  const next = readVarint(bytes, head, corrupt);
  const within = (least: number, most: number, what: string): number => {
    const value = next.value();
    if (value < least || value > most) throw corrupt(`${what} is ${value}, not from ${least} to ${most}.`);
    return value;
  };
  const classes = within(1, mostClasses, 'The number of classes');
  const firstClass = within(0, classes - 1, 'The first class');
  const threshold = within(3, mostThreshold, 'The threshold');
  const order = within(1, longestNgram, 'The order');
  const ids: number[] = [];
  const counts: number[] = [];
  const children: number[] = [];
  let parents = 1;
  for (let depth = 1, first = -1; depth <= order; depth++) {
    const begin = ids.length;
    for (let parent = first; parent < first + parents; parent++) {
      if (parent >= 0) children.push(ids.length);
      const many = within(0, Math.min(classes, mostNodes - ids.length), 'A number of followers');
      // A node without followers must have a count.
      if (many === 0 && (parent < 0 || counts[parent] === 0)) throw corrupt('A context has no followers.');
      let id = -1;
      for (let child = 0; child < many; child++) {
        id += 1 + next.value();
        const count = next.value();
        if (id >= classes) throw corrupt(`The id ${id} is not below ${classes}.`);
        if (count > mostCount || (count > 0 && (count < threshold || id < firstClass)))
          throw corrupt(`The count of the id ${id} is ${count}.`);
        if (count === 0 && depth === order) throw corrupt('An n-gram of the longest has no count.');
        ids.push(id);
        counts.push(count);
      }
    }
    first = begin;
    parents = ids.length - begin;
    if (parents === 0) throw corrupt(`There is no n-gram of ${depth} ids.`);
  }
  if (!next.isOver()) throw corrupt('There are bytes behind the last n-gram.');
  children.push(ids.length);
  return {
    classes,
    firstClass,
    threshold,
    order,
    ids: Uint32Array.from(ids),
    counts: Uint32Array.from(counts),
    children: Uint32Array.from(children),
    roots: children[0]!,
  };
}

function corrupt(why: string): MurmurationError {
  return new MurmurationError('model.corrupt', `The file of n-grams: ${why}`);
}
