import { ByteWriter, utf8 } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Typed arrays that cross the bridge as bytes. */
const arrays = {
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
} as const;
type ArrayName = keyof typeof arrays;
type TypedArray = InstanceType<(typeof arrays)[ArrayName]>;

/** Most levels of nested objects and lists. */
const maxPackedDepth = 64;
/** Alignment of an array's bytes, for the widest elements. */
const alignment = 8;
/** Only key of an object that stands for a value without JSON. */
const tag = '$';

const notFinite: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
};

/**
 * Encodes plain data as bytes: JSON values, `undefined`, all numbers, and typed arrays, byte for byte. Throws
 * `training.failed`, with the path, for anything else: functions, dates, maps, class instances, and cycles.
 */
export function pack(value: unknown): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const place = (bytes: Uint8Array): number => {
    const at = length;
    parts.push(bytes);
    length += Math.ceil(bytes.length / alignment) * alignment;
    return at;
  };
  const head = utf8(JSON.stringify(written(value, place, 'the message', 0)));
  const start = Math.ceil((4 + head.length) / alignment) * alignment;
  const { bytes } = new ByteWriter(start + length).u32(head.length).raw(head);
  let at = start;
  for (const part of parts) {
    bytes.set(part, at);
    at += Math.ceil(part.length / alignment) * alignment;
  }
  return bytes;
}

function written(value: unknown, place: (bytes: Uint8Array) => number, path: string, depth: number): unknown {
  if (depth > maxPackedDepth) throw unpackable(path, 'lies too deep in other values, or contains itself');
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (value === undefined) return { [tag]: ['undefined'] };
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { [tag]: ['number', Object.is(value, -0) ? '-0' : String(value)] };
  if (typeof value !== 'object') throw unpackable(path, `is a ${typeof value}`);
  if (Array.isArray(value)) return value.map((item, i) => written(item, place, `${path}[${i}]`, depth + 1));
  if (ArrayBuffer.isView(value)) {
    const name = Object.prototype.toString.call(value).slice(8, -1);
    if (!Object.hasOwn(arrays, name)) throw unpackable(path, `is a ${name}`);
    const { buffer, byteOffset, byteLength } = value;
    const { length } = value as TypedArray;
    return { [tag]: [name, place(new Uint8Array(buffer, byteOffset, byteLength)), length] };
  }
  const kind = Object.prototype.toString.call(value);
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (kind !== '[object Object]' || (prototype !== null && Object.getPrototypeOf(prototype) !== null))
    throw unpackable(path, 'is an instance of a class');
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => [key, written(item, place, `${path}.${key}`, depth + 1)]);
  const plain = Object.fromEntries(entries) as object;
  return Object.hasOwn(plain, tag) ? { [tag]: ['object', plain] } : plain;
}

function unpackable(path: string, why: string): MurmurationError {
  return new MurmurationError(
    'training.failed',
    `Only plain data goes to a web view: numbers, texts, lists, objects and typed arrays; ${path} ${why}.`,
  );
}

/** Decodes the bytes of `pack`. Throws `training.bridge` for others. Arrays are copies. */
export function unpack(bytes: Uint8Array): unknown {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const head = view.getUint32(0, true);
    if (head > bytes.length - 4) throw new RangeError('it ends early');
    const json = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + head)));
    return read(json, bytes.subarray(Math.ceil((4 + head) / alignment) * alignment), 0);
  } catch (cause) {
    throw new MurmurationError('training.bridge', 'A message of the web view is malformed.', { cause });
  }
}

function read(json: unknown, parts: Uint8Array, depth: number): unknown {
  // Twice as deep: an object with the tag's own key takes another level.
  if (depth > 2 * maxPackedDepth) throw new RangeError('it is too deep');
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return json.map(item => read(item, parts, depth + 1));
  if (!Object.hasOwn(json, tag)) return readObject(json, parts, depth);
  const [name, ...rest] = (json as { [tag]: unknown[] })[tag];
  if (name === 'undefined') return undefined;
  if (name === 'number') {
    const number = Object.hasOwn(notFinite, String(rest[0])) ? notFinite[String(rest[0])] : undefined;
    if (number === undefined) throw new RangeError('it has a number that is none');
    return number;
  }
  if (name === 'object') return readObject(rest[0] as object, parts, depth);
  if (typeof name !== 'string' || !Object.hasOwn(arrays, name))
    throw new RangeError('it has an unknown kind');
  const kind = arrays[name as ArrayName];
  const [at, length] = rest as [number, number];
  if (!Number.isSafeInteger(at) || !Number.isSafeInteger(length) || at < 0 || length < 0)
    throw new RangeError('an array has no place');
  const end = at + length * kind.BYTES_PER_ELEMENT;
  if (end > parts.length) throw new RangeError('an array ends early');
  return new kind(parts.slice(at, end).buffer as ArrayBuffer);
}

function readObject(json: object, parts: Uint8Array, depth: number): object {
  return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, read(item, parts, depth + 1)]));
}
