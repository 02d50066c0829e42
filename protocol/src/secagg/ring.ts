import { MurmurationError } from '../errors/errors.ts';
import { pack } from './pack.ts';

/**
 * Width of the widest ring, modulo 2^w with w from 1 to 32. Elements are in the low bits of an Int32Array;
 * since 2^w divides 2³², sums may be kept modulo 2³² and reduced once at the end (`centre`). On the wire
 * (SPEC.md, SA1) element i occupies the bits from i·w to (i + 1)·w − 1 of a little-endian bit string, padded
 * with zeros to whole bytes.
 */
const maxWidth = 32;

/** Bytes of `count` elements of `width` bits. */
export function packedLength(count: number, width: number): number {
  return Math.ceil((count * width) / 8);
}

/**
 * Width of the smallest ring that holds every integer from −bound to bound; throws `config.ring` if 32 bits
 * are too few.
 */
export function widthFor(bound: number): number {
  const width = Math.max(2, Math.ceil(Math.log2(2 * bound + 1)));
  if (width > maxWidth)
    throw new MurmurationError(
      'config.ring',
      `Sums from −${bound} to ${bound} need ${width} bits; the ring has at most ${maxWidth}.`,
    );
  return width;
}

/** Packs the low `width` bits of each element one after the other. */
export function packRing(elements: Int32Array, width: number): Uint8Array {
  const packed = new Uint8Array(packedLength(elements.length, width));
  pack(elements, width, packed);
  return packed;
}

/**
 * Adds the packed elements to `sum`, modulo 2^width: higher bits have no meaning until `centre`. With `bits`
 * < width, each element must be a signed integer of that many bits; an update with any other is refused with
 * `update.weight`, and `sum` stays unchanged.
 */
export function addPacked(sum: Int32Array, packed: Uint8Array, width: number, bits: number = width): void {
  requirePacked(packed, sum.length, width);
  const half = 2 ** (bits - 1);
  const eights = width <= 25 ? addEights(sum, packed, width, half) : { added: 0, seen: 0 };
  let seen = eights.seen;
  for (let i = eights.added; i < sum.length; i++) {
    const element = elementAt(packed, i, width);
    seen |= element + half;
    sum[i] = sum[i]! + element;
  }
  if (isBeyond(seen, width, bits)) {
    takeEights(sum, packed, width, eights.added);
    for (let i = eights.added; i < sum.length; i++) sum[i] = sum[i]! - elementAt(packed, i, width);
    throw beyondContribution(bits);
  }
}

/**
 * True if an element does not fit into a signed integer of `bits` bits; `seen` is the bitwise OR of all
 * elements + 2^(`bits` − 1). Modulo 2^`width`, an element + half is below 2^`bits` exactly when it fits.
 */
export const isBeyond = (seen: number, width: number, bits: number): boolean =>
  bits < width && (seen << (32 - width)) >>> (32 - width + bits) !== 0;

export function beyondContribution(bits: number): MurmurationError {
  const half = 2 ** (bits - 1);
  return new MurmurationError(
    'update.weight',
    `A value of the update is outside −${half} to ${half - 1}, what its plan allows.`,
  );
}

/** Signed elements of a packed vector. */
export function unpackRing(packed: Uint8Array, count: number, width: number): Int32Array {
  const elements = new Int32Array(count);
  addPacked(elements, packed, width);
  return centre(elements, width);
}

/** Element `index` of a packed vector as a signed integer from −2^(width−1) to 2^(width−1) − 1. */
export function elementAt(packed: Uint8Array, index: number, width: number): number {
  const bit = index * width;
  let value = 0;
  const last = Math.floor((bit + width - 1) / 8);
  for (let byte = last; byte >= Math.floor(bit / 8); byte--) value = value * 256 + packed[byte]!;
  return signed(Math.floor(value / 2 ** (bit % 8)), width);
}

/** Reduces sums to the representatives from −2^(width−1) to 2^(width−1) − 1, in place. */
export function centre(sum: Int32Array, width: number): Int32Array {
  const shift = 32 - width;
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i]! << shift) >> shift;
  return sum;
}

function signed(value: number, width: number): number {
  return ((value | 0) << (32 - width)) >> (32 - width);
}

/**
 * Throws `update.wrong-length`, or `update.malformed` for stray bits, if `packed` can't be `count` elements
 * of `width` bits.
 */
export function requirePacked(packed: Uint8Array, count: number, width: number): void {
  const length = packedLength(count, width);
  if (packed.length !== length)
    throw new MurmurationError(
      'update.wrong-length',
      `${count} elements of ${width} bits are ${length} bytes, not ${packed.length}.`,
    );
  const padding = length * 8 - count * width;
  if (padding > 0 && packed[length - 1]! >>> (8 - padding) !== 0)
    throw new MurmurationError('update.malformed', 'The padding bits of a packed vector are zero.');
}

/**
 * Eight elements of w bits take w bytes, so their bit offsets repeat, and up to 25 bits each element is
 * within one unaligned 32-bit load (w + 7 ≤ 32). Higher bits that were loaded too stay: they change nothing
 * modulo 2^w. `seen` is the bitwise OR of all elements + half. (`| 0` saves a check for overflow.)
 */
function addEights(
  sum: Int32Array,
  packed: Uint8Array,
  width: number,
  half: number,
): { added: number; seen: number } {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const byte = (k: number) => (k * width) >> 3;
  const bit = (k: number) => (k * width) & 7;
  const [b1, b2, b3, b4, b5, b6, b7] = [
    byte(1),
    byte(2),
    byte(3),
    byte(4),
    byte(5),
    byte(6),
    byte(7),
  ] as const;
  const [s1, s2, s3, s4, s5, s6, s7] = [bit(1), bit(2), bit(3), bit(4), bit(5), bit(6), bit(7)] as const;
  const loadable = Math.floor((packed.length - b7 - 4) / width) + 1;
  const added = 8 * Math.max(0, Math.min(sum.length >> 3, loadable));
  let seen = 0;
  let at = 0;
  for (let i = 0; i < added; i += 8) {
    const v0 = view.getInt32(at, true);
    seen |= v0 + half;
    sum[i] = sum[i]! + v0;
    const v1 = view.getInt32((at + b1) | 0, true) >> s1;
    seen |= v1 + half;
    sum[i + 1] = sum[i + 1]! + v1;
    const v2 = view.getInt32((at + b2) | 0, true) >> s2;
    seen |= v2 + half;
    sum[i + 2] = sum[i + 2]! + v2;
    const v3 = view.getInt32((at + b3) | 0, true) >> s3;
    seen |= v3 + half;
    sum[i + 3] = sum[i + 3]! + v3;
    const v4 = view.getInt32((at + b4) | 0, true) >> s4;
    seen |= v4 + half;
    sum[i + 4] = sum[i + 4]! + v4;
    const v5 = view.getInt32((at + b5) | 0, true) >> s5;
    seen |= v5 + half;
    sum[i + 5] = sum[i + 5]! + v5;
    const v6 = view.getInt32((at + b6) | 0, true) >> s6;
    seen |= v6 + half;
    sum[i + 6] = sum[i + 6]! + v6;
    const v7 = view.getInt32((at + b7) | 0, true) >> s7;
    seen |= v7 + half;
    sum[i + 7] = sum[i + 7]! + v7;
    at = (at + width) | 0;
  }
  return { added, seen };
}

/** Subtracts what `addEights` added, bit for bit. */
function takeEights(sum: Int32Array, packed: Uint8Array, width: number, added: number): void {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  for (let i = 0; i < added; i++) {
    const bit = i * width;
    sum[i] = sum[i]! - (view.getInt32(Math.floor(bit / 8), true) >> (bit % 8));
  }
}
