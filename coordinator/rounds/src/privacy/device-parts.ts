import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Parts } from './ledger.ts';

/** Number of tables, which grow one at a time, so that only one of them has a second copy; a power of two. */
const tables = 64;
/**
 * Numbers of 32 bits for each place: four with 30 bits of an id each, one with its other 12 bits and the
 * parts, and the step.
 */
const numbers = 6;
const placesAtFirst = 8;
/** Share of a table above which it grows, and factor by which it grows. */
const fullest = 7 / 8;
const growthFactor = 1.25;
/** Bits of the number of parts, in the number that it shares with the end of an id. */
const partBits = 20;
const maxParts = 2 ** partBits - 1;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Six bits of each character of an id, by its code; 64 if it is none. */
const bitsOf = Uint8Array.from({ length: 128 }, (_, code) => {
  const at = alphabet.indexOf(String.fromCharCode(code));
  return at < 0 ? 64 : at;
});
const idLength = 22;

interface Table {
  /** Places of the table; one whose step is 0 is empty, and steps are stored plus one. */
  places: Uint32Array;
  taken: number;
}

/**
 * Map from devices to their parts in a budget, of about 30 bytes a device, where a `Map` takes 110: whole ids
 * in typed arrays (open addressing, linear probing). Holds steps up to 2³² − 2 and 1,048,575 parts of a
 * device; nothing is ever deleted.
 */
export class DeviceParts {
  readonly #tables: (Table | undefined)[] = Array(tables);
  readonly #seed: number;
  readonly #id = new Uint32Array(5);
  #size = 0;

  /**
   * Starts empty; `seed` is 32 secret bits, without which an attacker can't choose ids that all want the same
   * place.
   */
  constructor(seed: number) {
    this.#seed = seed;
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes of all tables. */
  get bytes(): number {
    return this.#tables.reduce((sum, table) => sum + (table?.places.byteLength ?? 0), 0);
  }

  /** Throws `protocol.id`, as `set`, if `device` is no id of a device. */
  get(device: DeviceId): Parts | undefined {
    const table = this.#tables[this.#hash(device) % tables];
    if (!table) return undefined;
    const { places } = table;
    const at = placeOf(places, this.#id, this.#hashOfId());
    return places[at + 5] === 0
      ? undefined
      : { step: places[at + 5]! - 1, parts: places[at + 4]! & maxParts };
  }

  set(device: DeviceId, { step, parts }: Parts): void {
    if (parts > maxParts) throw new RangeError(`No device takes part ${parts} times.`);
    const which = this.#hash(device) % tables;
    const hash = this.#hashOfId();
    const table = this.#tables[which] ?? { places: new Uint32Array(placesAtFirst * numbers), taken: 0 };
    this.#tables[which] = table;
    let at = placeOf(table.places, this.#id, hash);
    if (table.places[at + 5] === 0) {
      if ((table.taken + 1) * numbers > table.places.length * fullest) {
        this.#grow(table);
        at = placeOf(table.places, this.#id, hash);
      }
      table.taken += 1;
      this.#size += 1;
    }
    table.places.set(this.#id, at);
    table.places[at + 4] = this.#id[4]! | parts;
    table.places[at + 5] = step + 1;
  }

  #grow(table: Table): void {
    const { places } = table;
    const before = places.length / numbers;
    table.places = new Uint32Array(Math.ceil(before * growthFactor) * numbers);
    const id = new Uint32Array(5);
    for (let at = 0; at < places.length; at += numbers) {
      if (places[at + 5] === 0) continue;
      id.set(places.subarray(at, at + 5));
      id[4]! &= ~maxParts;
      const to = placeOf(table.places, id, hashOf(id, this.#seed));
      for (let i = 0; i < numbers; i++) table.places[to + i] = places[at + i]!;
    }
  }

  /** Returns the hash of a device, and makes its id the one that is looked for. */
  #hash(device: DeviceId): number {
    const id = this.#id;
    let wrong = device.length === idLength ? 0 : 64;
    for (let number = 0, at = 0; number < 5; number++) {
      let bits = 0;
      for (const end = Math.min(at + 5, idLength); at < end; at++) {
        const code = bitsOf[device.charCodeAt(at)] ?? 64;
        wrong |= code;
        bits = (bits << 6) | (code & 63);
      }
      id[number] = number < 4 ? bits : bits << partBits;
    }
    if (wrong & 64)
      throw new MurmurationError(
        'protocol.id',
        'A device id is 22 letters, digits, hyphens and underscores.',
      );
    return this.#hashOfId();
  }

  #hashOfId(): number {
    return hashOf(this.#id, this.#seed);
  }
}

/** Returns 32 bits of an id (the finalizer of MurmurHash3 after each number). */
function hashOf(id: Uint32Array, seed: number): number {
  let hash = seed;
  for (let i = 0; i < 5; i++) {
    hash ^= id[i]!;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** Returns the place of an id in a table, or the empty place for it, in numbers from the beginning. */
function placeOf(places: Uint32Array, id: Uint32Array, hash: number): number {
  // The lowest bits have chosen the table.
  let at = Math.floor((Math.floor(hash / tables) / (2 ** 32 / tables)) * (places.length / numbers)) * numbers;
  for (;;) {
    if (places[at + 5] === 0) return at;
    if (
      places[at] === id[0] &&
      places[at + 1] === id[1] &&
      places[at + 2] === id[2] &&
      places[at + 3] === id[3] &&
      places[at + 4]! >>> partBits === id[4]! >>> partBits
    )
      return at;
    at += numbers;
    if (at === places.length) at = 0;
  }
}
