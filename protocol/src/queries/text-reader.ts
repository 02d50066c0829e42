import { isSayable } from './sayable.ts';
import { digestOf, type Hash, modulus, pieces, piecesNeeded } from './text-digest.ts';
import { cellsIn, type TextTable, tableFor } from './text-table.ts';

/**
 * Text that was read, and how many devices reported it; a lower bound if other entries in its cells can't be
 * separated.
 */
export interface ReadText {
  readonly text: string;
  readonly devices: number;
}

/** Texts read from a table. */
export interface ReadTable {
  readonly texts: readonly ReadText[];
  /**
   * Devices that reported something in each cell of a heavy bucket that can't be read: too few different
   * pieces, or too many texts.
   */
  readonly unread: readonly number[];
}

interface Asked {
  readonly name: string;
  readonly buckets: number;
  readonly bytes: number;
  readonly heavyFrom?: number;
  readonly heavy: Uint8Array;
}

/** Text whose cells and pieces are known. */
interface Known {
  readonly text: string;
  readonly cells: readonly number[];
  readonly values: readonly (readonly number[])[];
  /** Devices that reported each piece, for pieces that could be counted. */
  readonly counts: Map<number, number>;
}

/**
 * Reads the texts in a table that `devices` devices have added up; uses the low `width` bits of each element.
 */
export function readTable(
  query: Asked,
  sum: Int32Array,
  width: number,
  devices: number,
  hash: Hash,
): ReadTable {
  const table = tableFor(query);
  const cellsOf = cellsIn(query, table);
  const left = new Places(table, sum, width, devices);
  const known = new Map<string, Known>();
  /** Finds a text in a cell if enough of its pieces fit together and are the only ones in their places. */
  const textIn = (cell: number): Known | undefined => {
    for (const three of choicesOf(left.singlesIn(cell))) {
      const text = textOf(three, query.bytes);
      if (text === undefined || known.has(text)) continue;
      const digest = digestOf(text, query, hash);
      const cells = cellsOf(digest.buckets);
      if (!cells?.includes(cell)) continue;
      const values = Array.from({ length: pieces }, (_, piece) => digest.piece(piece));
      if (three.every(each => each.values.join() === values[each.piece]!.join()))
        return { text, cells, values, counts: new Map() };
    }
    return undefined;
  };
  /** Texts that were read and have a piece not yet counted, by their cells. */
  const uncounted = new Map<number, Known[]>();
  // Only what has changed is looked at again: texts that each hide the next take no longer than others.
  let changed = new Set(Array(table.own + table.spare).keys());
  while (changed.size > 0) {
    const next = new Set<number>();
    for (const cell of changed) {
      const found = textIn(cell);
      if (!found) continue;
      known.set(found.text, found);
      // There may be another one.
      next.add(cell);
      for (const each of found.cells) {
        const others = uncounted.get(each);
        if (others) others.push(found);
        else uncounted.set(each, [found]);
      }
    }
    const tried = new Set([...changed].flatMap(cell => uncounted.get(cell) ?? []));
    for (const { cells, values, counts } of tried)
      for (const [piece, each] of values.entries()) {
        if (counts.has(piece)) continue;
        const count = left.takeOut(cells, piece, each);
        if (count === undefined) continue;
        counts.set(piece, count);
        for (const cell of cells) next.add(cell);
      }
    for (const cell of next) {
      const others = uncounted.get(cell)?.filter(({ counts }) => counts.size < pieces);
      if (others) uncounted.set(cell, others);
    }
    changed = next;
  }
  return resultOf([...known.values()], left, table, devices);
}

function resultOf(known: readonly Known[], left: Places, table: TextTable, devices: number): ReadTable {
  const texts: ReadText[] = [];
  const unread: number[] = [];
  // Entries left in the cell of a text may be its own if some piece of it could not be counted.
  const isRead = new Set<number>();
  for (const { text, cells, counts } of known) {
    const said = [...counts.values()].reduce((all, count) => all + count, 0);
    if (counts.size < pieces) isRead.add(cells[0]!);
    // More reports than devices: a device made them up.
    if (said > devices) unread.push(devices);
    else texts.push({ text, devices: said });
  }
  for (let cell = 0; cell < table.own; cell++) {
    const count = left.devicesIn(cell);
    if (count > 0 && !isRead.has(cell)) unread.push(Math.min(count, devices));
  }
  texts.sort((a, b) => b.devices - a.devices || (a.text < b.text ? -1 : 1));
  return { texts, unread };
}

interface Single {
  readonly piece: number;
  readonly values: readonly number[];
}

/** Table from which known texts are subtracted. */
class Places {
  readonly #width: number;
  readonly #devices: number;
  readonly #mask: number;
  readonly #left: Uint32Array;

  constructor({ width }: TextTable, sum: Int32Array, bits: number, devices: number) {
    this.#width = width;
    this.#devices = devices;
    this.#mask = bits === 32 ? 0xffffffff : 2 ** bits - 1;
    this.#left = Uint32Array.from(sum, element => (element & this.#mask) >>> 0);
  }

  /** Pieces whose places in a cell seem to hold only copies of one entry. */
  singlesIn(cell: number): Single[] {
    const found: Single[] = [];
    for (let piece = 0; piece < pieces; piece++) {
      const [count, ...sums] = this.#at(cell, piece);
      if (count! < 1 || count! > this.#devices) continue;
      const values = sums.map(sum => sum / count!);
      if (values.every(value => Number.isInteger(value) && value < modulus)) found.push({ piece, values });
    }
    return found;
  }

  /**
   * Subtracts a piece from its cells and returns how often it was in them; undefined if no cell has only
   * copies of it.
   */
  takeOut(cells: readonly number[], piece: number, values: readonly number[]): number | undefined {
    const count = cells.map(cell => this.#countOf(cell, piece, values)).find(each => each !== undefined);
    if (!count) return count;
    for (const cell of cells) {
      const place = this.#at(cell, piece);
      for (const [i, value] of [1, ...values].entries())
        place[i] = (place[i]! - Math.imul(count, value)) & this.#mask;
    }
    return count;
  }

  /** Entries left in a cell. */
  devicesIn(cell: number): number {
    return Array.from({ length: pieces }, (_, piece) => this.#at(cell, piece)[0]!).reduce((a, b) => a + b);
  }

  /** Number of copies of an entry whose sum is a place; undefined if it is no such sum. */
  #countOf(cell: number, piece: number, values: readonly number[]): number | undefined {
    const [count, ...sums] = this.#at(cell, piece);
    if (count! > this.#devices) return undefined;
    const isSum = sums.every((sum, i) => sum === (Math.imul(count!, values[i]!) & this.#mask) >>> 0);
    return isSum ? count : undefined;
  }

  #at(cell: number, piece: number): Uint32Array {
    const begin = (cell * pieces + piece) * this.#width;
    return this.#left.subarray(begin, begin + this.#width);
  }
}

/** All combinations of `piecesNeeded` pieces. */
function choicesOf(singles: readonly Single[]): readonly (readonly Single[])[] {
  if (singles.length < piecesNeeded) return [];
  if (singles.length === piecesNeeded) return [singles];
  return singles.flatMap((_, without) => choicesOf(singles.filter((_, i) => i !== without)));
}

/** Text that pieces reveal; undefined if they don't make one. */
function textOf(said: readonly Single[], length: number): string | undefined {
  const points = said.map(({ piece }) => piece + 1);
  const weights = points.map(point => weightOf(point, points));
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length / 2; i++) {
    const value = said.reduce((sum, { values }, of) => (sum + weights[of]! * values[i]!) % modulus, 0);
    if (value > 0xffff) return undefined;
    bytes[2 * i] = value & 255;
    bytes[2 * i + 1] = value >> 8;
  }
  return decoded(bytes);
}

/** Lagrange coefficient at 0 of the value at a point, given the values at all points. */
function weightOf(at: number, points: readonly number[]): number {
  let weight = 1;
  for (const other of points)
    if (other !== at) weight = (((weight * other) % modulus) * inverse(other - at + modulus)) % modulus;
  return weight;
}

/** a^(p − 2), the inverse by Fermat's little theorem. */
function inverse(value: number): number {
  let result = 1;
  let power = value % modulus;
  for (let exponent = modulus - 2; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result = (result * power) % modulus;
    power = (power * power) % modulus;
  }
  return result;
}

/**
 * Decodes without the NULs at the end; undefined for a text that no device may report, so that it is not
 * repeated.
 */
function decoded(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  const written = bytes.subarray(0, end < 0 ? bytes.length : end);
  if (written.length === 0 || bytes.subarray(written.length).some(byte => byte !== 0)) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(written);
    return isSayable(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
