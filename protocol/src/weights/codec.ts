import { ByteReader, ByteWriter, equalBytes } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';
import { pack } from '../secagg/pack.ts';
import { packedLength, packRing, unpackRing } from '../secagg/ring.ts';
import { maxValues } from './layout.ts';
import { drawPlaces, packPlaces, placesLength, unpackPlaces } from './sparse.ts';

/**
 * Version of the bytes of an update (SPEC.md, WC1–WC4): a header of 48 bytes, then the values.
 *
 *     0  magic "MURW"     6  ring width w, 0 for float32   8  layout hash, 32 bytes  44  weight, 0 for ring
 *     4  codec version 1  7  zero                         40  count of values        48  values
 *     5  kind
 *
 * All numbers are little-endian. `float32` carries the delta itself; `ring` carries `count` elements of w
 * bits; the last is the weight, so that masking covers it too. `sparse` carries `count` values of a
 * longer vector: their unit as a float32, their places, or the u32 from which these are drawn, and multiples
 * of the unit as integers of as many bits as byte 6 says.
 */
const codecVersion = 1;
export const headerLength = 48;

const magic = new Uint8Array([0x4d, 0x55, 0x52, 0x57]);
const kinds = ['float32', 'ring', 'sparse'] as const;

/** Form of update that the coordinator expects, from the plan of its round. */
export type UpdateForm =
  | {
      readonly kind: 'float32';
      readonly layoutHash: Uint8Array;
      readonly count: number;
      readonly maxWeight: number;
    }
  | {
      readonly kind: 'ring';
      readonly layoutHash: Uint8Array;
      readonly count: number;
      readonly width: number;
    }
  | {
      readonly kind: 'sparse';
      readonly layoutHash: Uint8Array;
      /** Number of values that are sent. */
      readonly count: number;
      /** Number of values of the vector that they are from. */
      readonly of: number;
      /** Bits of a value. */
      readonly bits: number;
      /** True if their places are drawn from a seed, and not sent. */
      readonly isDrawn: boolean;
      readonly maxWeight: number;
    };

/** Some values of a vector. */
export interface SparseValues {
  /** Value of one unit; 0 or more. */
  readonly unit: number;
  /** Values in whole numbers of units. */
  readonly units: Int32Array;
  /** Place of each value, in rising order; or the seed from which they are drawn. */
  readonly places: Uint32Array | number;
}

export type Update =
  | { readonly kind: 'float32'; readonly delta: Float32Array; readonly weight: number }
  | { readonly kind: 'ring'; readonly packed: Uint8Array }
  | ({
      readonly kind: 'sparse';
      readonly places: Uint32Array;
      readonly weight: number;
    } & Omit<SparseValues, 'places'>);

/** Bytes of the longest update of any model: the most values, 32 bits each, and a weight. */
export const maxUpdateLength = headerLength + 4 * (maxValues + 1);

/** Bytes of an update of this form, header included. */
export function updateLength(form: UpdateForm): number {
  switch (form.kind) {
    case 'float32':
      return headerLength + 4 * form.count;
    case 'ring':
      return headerLength + packedLength(form.count, form.width);
    case 'sparse':
      return headerLength + 4 + placesBytes(form) + packedLength(form.count, form.bits);
  }
}

const placesBytes = ({ of, count, isDrawn }: Extract<UpdateForm, { kind: 'sparse' }>): number =>
  isDrawn ? 4 : placesLength(of, count);

/** Encodes some values of an update of `of` values, `bits` each. */
export function encodeSparse(
  layoutHash: Uint8Array,
  of: number,
  { unit, units, places }: SparseValues,
  bits: number,
  weight: number,
): Uint8Array {
  const where = typeof places === 'number' ? new ByteWriter(4).u32(places).bytes : packPlaces(places, of);
  const one = new Uint8Array(Float32Array.of(unit).buffer);
  const values = packRing(units, bits);
  return header(layoutHash, units.length, 'sparse', bits, weight, [one, where, values]);
}

export function encodeUpdate(
  layoutHash: Uint8Array,
  count: number,
  update: Exclude<Update, { readonly kind: 'sparse' }>,
  width = 0,
): Uint8Array {
  const body =
    update.kind === 'float32'
      ? new Uint8Array(update.delta.buffer, update.delta.byteOffset, update.delta.byteLength)
      : update.packed;
  const weight = update.kind === 'float32' ? update.weight : 0;
  return header(layoutHash, count, update.kind, width, weight, [body]);
}

/**
 * Encodes a `ring` update of `count` elements that are not packed yet, straight into the bytes to send. They
 * come in pieces; all except the last have a multiple of eight elements.
 */
export function encodeRing(
  layoutHash: Uint8Array,
  count: number,
  width: number,
  pieces: Iterable<Int32Array>,
): Uint8Array {
  const { bytes } = headed(layoutHash, count, 'ring', width, 0, packedLength(count, width));
  let at = headerLength;
  for (const piece of pieces) {
    const packed = bytes.subarray(at, at + packedLength(piece.length, width));
    pack(piece, width, packed);
    at += packed.length;
  }
  return bytes;
}

function header(
  layoutHash: Uint8Array,
  count: number,
  kind: (typeof kinds)[number],
  width: number,
  weight: number,
  body: readonly Uint8Array[],
): Uint8Array {
  const length = body.reduce((sum, part) => sum + part.length, 0);
  const writer = headed(layoutHash, count, kind, width, weight, length);
  for (const part of body) writer.raw(part);
  return writer.bytes;
}

/** Writer with the header written, and room for a body of `length` bytes. */
function headed(
  layoutHash: Uint8Array,
  count: number,
  kind: (typeof kinds)[number],
  width: number,
  weight: number,
  length: number,
): ByteWriter {
  return new ByteWriter(headerLength + length)
    .raw(magic)
    .u8(codecVersion)
    .u8(kinds.indexOf(kind))
    .u8(width)
    .u8(0)
    .raw(layoutHash)
    .u32(count)
    .u32(weight);
}

/**
 * Reads an update and checks everything except its values: a view of `bytes`, not a copy, if its alignment
 * allows. Throws `update.malformed`, `.wrong-kind`, `.wrong-layout`, `.wrong-length` or `.weight`.
 */
export function decodeUpdate(bytes: Uint8Array, form: UpdateForm): Update {
  if (bytes.length < headerLength)
    throw new MurmurationError(
      'update.malformed',
      `An update has a header of ${headerLength} bytes; this one has ${bytes.length} in all.`,
    );
  const reader = new ByteReader(bytes);
  if (!equalBytes(reader.raw(4), magic))
    throw new MurmurationError('update.malformed', 'The update does not begin with "MURW".');
  const version = reader.u8();
  if (version !== codecVersion)
    throw new MurmurationError(
      'update.malformed',
      `The update has codec version ${version}; this coordinator reads version ${codecVersion}.`,
    );
  const kind = kinds[reader.u8()];
  const width = reader.u8();
  if (reader.u8() !== 0) throw new MurmurationError('update.malformed', 'Byte 7 of an update is zero.');
  if (kind !== form.kind)
    throw new MurmurationError('update.wrong-kind', `The plan names the kind ${form.kind}.`);
  if (!equalBytes(reader.raw(32), form.layoutHash)) throw new MurmurationError('update.wrong-layout');
  const count = reader.u32();
  if (count !== form.count)
    throw new MurmurationError(
      'update.wrong-length',
      `The plan asks for ${form.count} values; the update names ${count}.`,
    );
  const expectedWidth = form.kind === 'ring' ? form.width : form.kind === 'sparse' ? form.bits : 0;
  if (width !== expectedWidth)
    throw new MurmurationError(
      'update.wrong-kind',
      `The plan asks for a ring width of ${expectedWidth}; the update names ${width}.`,
    );
  if (bytes.length !== updateLength(form))
    throw new MurmurationError(
      'update.wrong-length',
      `An update of this plan has ${updateLength(form)} bytes; this one has ${bytes.length}.`,
    );
  const weight = reader.u32();
  if (form.kind === 'ring') {
    if (weight !== 0)
      throw new MurmurationError('update.weight', 'The weight of a ring update travels as its last element.');
    return { kind: 'ring', packed: bytes.subarray(headerLength) };
  }
  if (weight < 1 || weight > form.maxWeight)
    throw new MurmurationError(
      'update.weight',
      `A weight is a whole number from 1 to ${form.maxWeight}; this one is ${weight}.`,
    );
  if (form.kind === 'sparse') return { ...readSparse(bytes.subarray(headerLength), form), weight };
  return { kind: 'float32', delta: floatsAt(bytes, headerLength), weight };
}

function readSparse(body: Uint8Array, form: Extract<UpdateForm, { kind: 'sparse' }>) {
  const { of, count, bits, isDrawn } = form;
  const view = new DataView(body.buffer, body.byteOffset);
  const unit = view.getFloat32(0, true);
  // −0 is a valid unit too.
  if (!(unit >= 0 && unit < Infinity))
    throw new MurmurationError('update.not-finite', `The unit of the values is 0 or more, not ${unit}.`);
  const end = 4 + placesBytes(form);
  const places = isDrawn
    ? drawPlaces(`${view.getUint32(4, true)}`, of, count)
    : unpackPlaces(body.subarray(4, end), of, count);
  return { kind: 'sparse' as const, unit, places, units: unpackRing(body.subarray(end), count, bits) };
}

function floatsAt(bytes: Uint8Array, from: number): Float32Array {
  const body = (bytes.byteOffset + from) % 4 === 0 ? bytes.subarray(from) : bytes.slice(from);
  return new Float32Array(body.buffer, body.byteOffset, body.byteLength / 4);
}
