import { digestOf, type Hash, pieces, piecesNeeded, prime, tagParts } from './text-digest.ts';
import { parts, placeOf, type TextTable, tableFor } from './text-table.ts';

/** A text that was read, and how many devices said it. */
export interface ReadText {
  readonly text: string;
  readonly devices: number;
}

/** What a table says. */
export interface ReadTable {
  readonly texts: readonly ReadText[];
  /** Devices of each text that fewer different pieces were said of than tell it, or whose pieces contradict each other. */
  readonly unread: readonly number[];
  /** Whether nothing is left in the table; else it had too many entries, or somebody has spoilt it. */
  readonly isComplete: boolean;
}

/** The pieces of one text. */
interface Pieces {
  readonly tag: readonly number[];
  devices: number;
  readonly values: Map<number, readonly number[]>;
}

interface Asked {
  readonly name: string;
  readonly buckets: number;
  readonly texts: number;
  readonly bytes: number;
}

/** Reads what so many devices have added up in a table, of which the low `width` bits count. */
export function readTable(
  query: Asked,
  sum: Int32Array,
  width: number,
  devices: number,
  hash: Hash,
): ReadTable {
  const table = tableFor(query);
  const peeled = peel(table, sum, width, devices, hash);
  const texts: ReadText[] = [];
  const unread: number[] = [];
  for (const found of peeled.found) {
    const text = textOf(found, query, hash);
    if (text === undefined) unread.push(found.devices);
    else texts.push({ text, devices: found.devices });
  }
  texts.sort((a, b) => b.devices - a.devices || (a.text < b.text ? -1 : 1));
  return { texts, unread, isComplete: peeled.isComplete };
}

/** Takes out the entries that are alone in a cell, until none is. */
function peel(table: TextTable, sum: Int32Array, bits: number, devices: number, hash: Hash) {
  const { width } = table;
  const mask = bits === 32 ? 0xffffffff : 2 ** bits - 1;
  const left = Uint32Array.from(sum, element => (element & mask) >>> 0);
  const found = new Map<string, Pieces>();
  const open = Array.from({ length: parts * table.cells }, (_, cell) => cell);
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    const single = singleIn(left.subarray(cell * width, (cell + 1) * width), cell, table, devices, hash);
    if (!single) continue;
    const { count, entry, piece, cells } = single;
    for (const each of cells) {
      for (const [i, value] of entry.entries()) {
        const at = each * width + i;
        left[at] = (left[at]! - Math.imul(count, value)) & mask;
      }
      open.push(each);
    }
    const tag = entry.slice(2, 2 + tagParts);
    const key = tag.join();
    const known: Pieces = found.get(key) ?? { tag, devices: 0, values: new Map() };
    known.devices += count;
    known.values.set(piece, entry.slice(2 + tagParts));
    found.set(key, known);
  }
  return { found: [...found.values()], isComplete: left.every(element => element === 0) };
}

/** The entry of which a cell has nothing but so many copies. */
function singleIn(cell: Uint32Array, number: number, table: TextTable, devices: number, hash: Hash) {
  const count = cell[0]!;
  if (count === 0 || count > devices) return undefined;
  if (cell.some(element => element % count !== 0)) return undefined;
  const entry = Array.from(cell, element => element / count);
  if (entry.some(value => value >= prime)) return undefined;
  const tag = entry.slice(2, 2 + tagParts);
  for (let piece = 0; piece < pieces; piece++) {
    const { cells, check } = placeOf(tag, piece, table, hash);
    if (check === entry[1] && cells.includes(number)) return { count, entry, piece, cells };
  }
  return undefined;
}

/** The text that pieces tell; undefined where they are too few, or none of it. */
function textOf({ tag, values }: Pieces, query: Asked, hash: Hash): string | undefined {
  const said = [...values].slice(0, piecesNeeded);
  if (said.length < piecesNeeded) return undefined;
  const weights = said.map(([piece]) =>
    weightOf(
      piece + 1,
      said.map(([other]) => other + 1),
    ),
  );
  const bytes = new Uint8Array(query.bytes);
  for (let i = 0; i < query.bytes / 2; i++) {
    const value = said.reduce((sum, [, piece], of) => (sum + weights[of]! * piece[i]!) % prime, 0);
    if (value > 0xffff) return undefined;
    bytes[2 * i] = value & 255;
    bytes[2 * i + 1] = value >> 8;
  }
  const text = decoded(bytes);
  if (text === undefined) return undefined;
  const digest = digestOf(text, query, hash);
  if (digest.tag.join() !== tag.join()) return undefined;
  const isTold = [...values].every(([piece, those]) => digest.piece(piece).join() === those.join());
  return isTold ? text : undefined;
}

/** Lagrange's coefficient at 0 of the value at a point, from the values at all of them. */
function weightOf(at: number, points: readonly number[]): number {
  let weight = 1;
  for (const other of points)
    if (other !== at) weight = (((weight * other) % prime) * inverse(other - at + prime)) % prime;
  return weight;
}

/** a^(p − 2), by Fermat. */
function inverse(value: number): number {
  let result = 1;
  let power = value % prime;
  for (let exponent = prime - 2; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result = (result * power) % prime;
    power = (power * power) % prime;
  }
  return result;
}

/** Without the NULs at the end. */
function decoded(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  const written = bytes.subarray(0, end < 0 ? bytes.length : end);
  if (written.length === 0 || bytes.subarray(written.length).some(byte => byte !== 0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(written);
  } catch {
    return undefined;
  }
}
