import { chacha20 } from '@noble/ciphers/chacha.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8 } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';

/** Number of values in a fraction of `count`: at least one. */
export function keptOf(count: number, fraction: number): number {
  return Math.min(count, Math.max(1, Math.ceil(count * fraction - 1e-9)));
}

/** Words that are drawn at a time, a multiple of 16. */
const wordsAtOnce = 1_024;

/**
 * Draws the places of `kept` of `count` values, in rising order, each set equally likely: Floyd's algorithm
 * (Bentley & Floyd 1987) on uniform integers from ChaCha20 under SHA-256("murmuration/places " ‖ seed). The
 * same on both sides.
 */
export function drawPlaces(seed: string, count: number, kept: number): Uint32Array {
  const key = sha256(utf8(`murmuration/places ${seed}`));
  let words = new Uint32Array(0);
  let [piece, at] = [0, 0];
  const below = (limit: number): number => {
    const fair = 2 ** 32 - (2 ** 32 % limit);
    for (;;) {
      if (at === words.length) {
        const nonce = new Uint8Array(12);
        new DataView(nonce.buffer).setUint32(0, piece++, true);
        words = new Uint32Array(chacha20(key, nonce, new Uint8Array(4 * wordsAtOnce)).buffer);
        at = 0;
      }
      const word = words[at++]!;
      if (word < fair) return word % limit;
    }
  };
  const isTaken = new Uint8Array(count);
  for (let last = count - kept; last < count; last++) {
    const place = below(last + 1);
    isTaken[isTaken[place] ? last : place] = 1;
  }
  const places = new Uint32Array(kept);
  let found = 0;
  for (let place = 0; place < count; place++) if (isTaken[place]) places[found++] = place;
  return places;
}

/** Low bits of each place, which are written directly; the rest is in unary. */
const lowBits = (count: number, kept: number): number => Math.max(0, Math.floor(Math.log2(count / kept)));

/** Bytes of `kept` places below `count`: about 2 + log₂(count / kept) bits each. */
export function placesLength(count: number, kept: number): number {
  const low = lowBits(count, kept);
  return Math.ceil((kept * low + kept + Math.floor((count - 1) / 2 ** low) + 1) / 8);
}

/**
 * Encodes places in rising order, by Elias (1974) and Fano (1971): the low bits of each, one after the other;
 * then a one for each place with the same high bits, and after them a zero. The length follows only from both
 * numbers.
 */
export function packPlaces(places: Uint32Array, count: number): Uint8Array {
  const low = lowBits(count, places.length);
  const bytes = new Uint8Array(placesLength(count, places.length));
  const set = (bit: number) => {
    bytes[bit >>> 3]! |= 1 << (bit & 7);
  };
  const highAt = places.length * low;
  for (const [i, place] of places.entries()) {
    for (let bit = 0; bit < low; bit++) if ((place >>> bit) & 1) set(i * low + bit);
    set(highAt + Math.floor(place / 2 ** low) + i);
  }
  return bytes;
}

/**
 * Reverses `packPlaces`; throws `update.malformed` for bytes that are not `kept` places below `count` in
 * rising order.
 */
export function unpackPlaces(bytes: Uint8Array, count: number, kept: number): Uint32Array {
  const refuse = (why: string) =>
    new MurmurationError('update.malformed', `The places of the values ${why}.`);
  const low = lowBits(count, kept);
  const isSet = (bit: number) => (bytes[bit >>> 3]! >>> (bit & 7)) & 1;
  const highAt = kept * low;
  const places = new Uint32Array(kept);
  let found = 0;
  for (let bit = highAt; bit < 8 * bytes.length; bit++) {
    if (!isSet(bit)) continue;
    if (found === kept) throw refuse(`are more than ${kept}`);
    let place = (bit - highAt - found) * 2 ** low;
    for (let each = 0; each < low; each++) place += isSet(found * low + each) * 2 ** each;
    if (place >= count) throw refuse(`are below ${count}; one is ${place}`);
    if (found > 0 && place <= places[found - 1]!)
      throw refuse(`rise, each by itself; after ${places[found - 1]} comes ${place}`);
    places[found++] = place;
  }
  if (found < kept) throw refuse(`are ${kept}; ${found} are there`);
  return places;
}

/** Writes `values` at their places among `count` zeros, each times `scale`. */
export function scatter(values: Float32Array, places: Uint32Array, count: number, scale = 1): Float32Array {
  const all = new Float32Array(count);
  for (const [i, place] of places.entries()) all[place] = values[i]! * scale;
  return all;
}

/** Reads the values at `places`. */
export function gather(values: Float32Array, places: Uint32Array): Float32Array {
  return Float32Array.from(places, place => values[place]!);
}
