import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { halfToNumber, numberToHalf } from '@murmuration/protocol/tensors/half';
import { type Datatype, kinds, type NumericDatatype, ranges, type TensorData } from './datatype.ts';
import { integerOf, numberOf } from './lossless-json.ts';
import { refuseInput, shown, type Tensor } from './tensor.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Maximum depth of nested lists: more than any tensor has dimensions. */
const maxListDepth = 17;

/**
 * Decodes the elements of a tensor from JSON, nested or flat in row-major order; `count` follows from its
 * shape. Throws `inference.input` for another number of them, and for values that the datatype does not have.
 */
export function dataFromJson(name: string, datatype: Datatype, count: number, data: unknown): TensorData {
  if (!Array.isArray(data)) refuseInput(`The tensor "${name}" has no data; expected a list of values.`);
  const floats = datatype === 'FP32' && data.length === count ? floatsOf(data) : undefined;
  if (floats) return floats;
  const found = lengthOf(name, data, 0, count);
  if (found !== count)
    refuseInput(`The tensor "${name}" has ${found} values; its shape has room for ${count}.`);
  if (datatype === 'BYTES') {
    const strings: Uint8Array[] = [];
    each(data, value => strings.push(bytesOf(name, value)));
    return strings;
  }
  const values = kinds[datatype].make(count);
  const read = readers[datatype];
  const isFloat = datatype in nearest;
  let at = 0;
  each(data, value => {
    values[at] = (read(value) ?? refuseValue(name, datatype, value)) as never;
    if (isFloat) refuseOverflow(name, datatype, value);
    at += 1;
  });
  return values;
}

/**
 * Fast path for most requests, a flat list of numbers, without a call for each of them; undefined for any
 * other.
 */
function floatsOf(data: readonly unknown[]): Float32Array | undefined {
  const values = new Float32Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const value = data[at];
    if (typeof value !== 'number') return undefined;
    values[at] = value;
    if (!Number.isFinite(values[at])) return undefined;
  }
  return values;
}

/** Counts without allocating; stops if there are too many. */
function lengthOf(name: string, data: readonly unknown[], depth: number, most: number): number {
  if (depth >= maxListDepth) refuseInput(`The data of the tensor "${name}" are nested too deep.`);
  // Fast path for flat lists, as most are.
  if (!Array.isArray(data[0])) {
    for (const value of data) if (Array.isArray(value)) refuseUneven(name);
    return data.length;
  }
  let count = 0;
  for (const part of data) {
    if (!Array.isArray(part)) refuseUneven(name);
    count += lengthOf(name, part, depth + 1, most);
    if (count > most) return count;
  }
  return count;
}

function refuseUneven(name: string): never {
  refuseInput(`The data of the tensor "${name}" mix values and lists.`);
}

function each(data: readonly unknown[], visit: (value: unknown) => void): void {
  if (!Array.isArray(data[0])) for (const value of data) visit(value);
  else for (const part of data) each(part as readonly unknown[], visit);
}

function bytesOf(name: string, value: unknown): Uint8Array {
  if (typeof value !== 'string') refuseValue(name, 'BYTES', value);
  return encoder.encode(value);
}

function refuseValue(name: string, datatype: Datatype, value: unknown): never {
  refuseInput(`The tensor "${name}" holds ${shown(value)}, which is no ${datatype}.`);
}

/** Read a value; each returns undefined for one that its datatype does not have. */
const readers: Readonly<Record<NumericDatatype, (value: unknown) => number | bigint | undefined>> = {
  BOOL: value => {
    if (typeof value === 'boolean') return value ? 1 : 0;
    return value === 0 || value === 1 ? value : undefined;
  },
  UINT8: integer('UINT8'),
  UINT16: integer('UINT16'),
  UINT32: integer('UINT32'),
  UINT64: wide('UINT64'),
  INT8: integer('INT8'),
  INT16: integer('INT16'),
  INT32: integer('INT32'),
  INT64: wide('INT64'),
  FP16: value => {
    const number = numberOf(value);
    return number === undefined ? undefined : numberToHalf(number);
  },
  FP32: numberOf,
  FP64: numberOf,
};

const nearest: Readonly<Partial<Record<Datatype, (number: number) => number>>> = {
  FP16: number => halfToNumber(numberToHalf(number)),
  FP32: Math.fround,
  FP64: number => number,
};

/** Refuses a number that a float would turn into an infinity that the sender did not write. */
function refuseOverflow(name: string, datatype: Datatype, value: unknown): void {
  const found = nearest[datatype]?.(Number(value));
  if (Math.abs(found ?? 0) !== Infinity || value instanceof Number) return;
  const number = value === found ? 'a number' : shown(value);
  refuseInput(`The tensor "${name}" holds ${number}, which is too large for ${datatype}.`);
}

function integer(datatype: Datatype): (value: unknown) => number | undefined {
  const [least, most] = ranges[datatype]!.map(Number) as [number, number];
  return value =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : undefined;
}

function wide(datatype: Datatype): (value: unknown) => bigint | undefined {
  const [least, most] = ranges[datatype]!;
  return value => {
    const found = integerOf(value);
    return found !== undefined && found >= least && found <= most ? found : undefined;
  };
}

/**
 * Encodes the elements of a tensor as a flat JSON list. Throws `inference.unsupported` for NaN and
 * infinities, unless `notFinite` writes them as JavaScript does, and for bytes that are not UTF-8.
 */
export function dataToJson({ name, datatype, data }: Tensor, notFinite = false): string {
  return `[${valuesToJson(name, datatype, data, notFinite).join(',')}]`;
}

/** Encodes each element of a tensor as JSON, as `dataToJson` does. */
export function valuesToJson(
  name: string,
  datatype: Datatype,
  data: TensorData,
  notFinite = false,
): readonly string[] {
  const texts: string[] = new Array(data.length);
  switch (datatype) {
    case 'BYTES':
      for (const [at, bytes] of (data as readonly Uint8Array[]).entries())
        texts[at] = JSON.stringify(textOf(name, bytes));
      break;
    case 'BOOL':
      for (let at = 0; at < data.length; at++) texts[at] = data[at] === 0 ? 'false' : 'true';
      break;
    case 'FP16':
      for (let at = 0; at < data.length; at++)
        texts[at] = numberText(name, halfToNumber(data[at] as number), notFinite);
      break;
    case 'FP32':
    case 'FP64':
      for (let at = 0; at < data.length; at++) texts[at] = numberText(name, data[at] as number, notFinite);
      break;
    default:
      for (let at = 0; at < data.length; at++) texts[at] = String(data[at]);
  }
  return texts;
}

function numberText(name: string, value: number, notFinite: boolean): string {
  // Without its sign, a zero would come back as another number.
  if (value === 0 && Object.is(value, -0)) return '-0.0';
  if (!Number.isFinite(value) && !notFinite)
    throw new MurmurationError(
      'inference.unsupported',
      `The tensor "${name}" holds ${value}, which JSON can't write; ask for it with the parameter binary_data.`,
    );
  return String(value);
}

function textOf(name: string, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new MurmurationError(
      'inference.unsupported',
      `The tensor "${name}" holds bytes that are no text, which JSON can't write; ask for it with the parameter binary_data.`,
    );
  }
}
