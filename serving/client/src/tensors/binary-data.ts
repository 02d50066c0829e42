import { type Datatype, kinds, type TensorData } from './datatype.ts';
import { refuseInput, type Tensor } from './tensor.ts';

/**
 * Decodes the elements of a tensor from bytes: little-endian; each of BYTES follows its length in 32 bits.
 * They are a view of `bytes` if possible. Throws `inference.input` if there are too few or too many bytes for
 * `count` elements.
 */
export function dataFromBytes(
  name: string,
  datatype: Datatype,
  count: number,
  bytes: Uint8Array,
): TensorData {
  if (datatype === 'BYTES') return stringsFrom(name, count, bytes);
  const { size, make, view } = kinds[datatype];
  if (bytes.length !== count * size)
    refuseInput(
      `The tensor "${name}" has ${bytes.length} bytes; ${count} elements of ${datatype} have ${count * size}.`,
    );
  if (datatype === 'BOOL' && bytes.some(byte => byte > 1))
    refuseInput(`The tensor "${name}" holds a byte that is no BOOL: expected 0 or 1.`);
  if (bytes.byteOffset % size === 0) return view(bytes.buffer as ArrayBuffer, bytes.byteOffset, count);
  const values = make(count);
  new Uint8Array(values.buffer).set(bytes);
  return values;
}

function stringsFrom(name: string, count: number, bytes: Uint8Array): readonly Uint8Array[] {
  // Each string takes at least four bytes, so no list is longer than the input.
  if (4 * count > bytes.length)
    refuseInput(`The tensor "${name}" has ${bytes.length} bytes, too few for ${count} strings.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const strings: Uint8Array[] = [];
  let at = 0;
  while (strings.length < count) {
    const length = at + 4 <= bytes.length ? view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    if (length > bytes.length - at - 4)
      refuseInput(
        `The string ${strings.length} of the tensor "${name}" goes beyond its ${bytes.length} bytes.`,
      );
    strings.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  if (at !== bytes.length)
    refuseInput(`The tensor "${name}" has ${bytes.length - at} bytes behind its ${count} strings.`);
  return strings;
}

/** Encodes a tensor's elements, as `dataFromBytes` reads them. */
export function dataToBytes({ datatype, data }: Pick<Tensor, 'datatype' | 'data'>): Uint8Array {
  if (datatype !== 'BYTES') {
    const { buffer, byteOffset, byteLength } = data as Exclude<TensorData, readonly Uint8Array[]>;
    return new Uint8Array(buffer, byteOffset, byteLength);
  }
  const strings = data as readonly Uint8Array[];
  const bytes = new Uint8Array(strings.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const string of strings) {
    view.setUint32(at, string.length, true);
    bytes.set(string, at + 4);
    at += 4 + string.length;
  }
  return bytes;
}
