/** Most pages of a memory with 32-bit addresses. */
export const MAX_PAGES = 65_536;

const IMPORTS = 2;
const [FUNCTION, TABLE, MEMORY, GLOBAL] = [0, 1, 2, 3];
/** Flag of limits that are shared and have a maximum. */
const SHARED = 3;

/**
 * Rewrites a WebAssembly module to use a memory that threads share: its memory import asks for one that may
 * grow to `MAX_PAGES`. Nothing else changes, since code without atomic instructions is the same (WebAssembly
 * core specification, threads: limits).
 *
 * @param bytes a valid module that imports a memory. Throws `RangeError` for one that doesn't.
 */
export function sharing(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { start, bodyStart, end } = importSection(bytes);
  const { limits, after } = memoryImport(bytes, bodyStart);
  const least = readUnsigned(bytes, limits + 1).value;
  const body = [
    ...bytes.subarray(bodyStart, limits),
    SHARED,
    ...unsigned(least),
    ...unsigned(MAX_PAGES),
    ...bytes.subarray(after, end),
  ];
  const section = [IMPORTS, ...unsigned(body.length), ...body];
  return Uint8Array.from([...bytes.subarray(0, start), ...section, ...bytes.subarray(end)]);
}

function importSection(bytes: Uint8Array) {
  // Magic number and version come first.
  for (let start = 8; start < bytes.length; ) {
    const { value: length, next: bodyStart } = readUnsigned(bytes, start + 1);
    const end = bodyStart + length;
    if (bytes[start] === IMPORTS) return { start, bodyStart, end };
    start = end;
  }
  throw noMemory();
}

/** Offset of the limits of the imported memory, and of the bytes after them. */
function memoryImport(bytes: Uint8Array, from: number): { readonly limits: number; readonly after: number } {
  let { value: count, next: at } = readUnsigned(bytes, from);
  for (; count > 0; count--) {
    at = afterName(bytes, afterName(bytes, at));
    const kind = bytes[at++];
    if (kind === MEMORY) return { limits: at, after: afterLimits(bytes, at) };
    if (kind === FUNCTION) at = readUnsigned(bytes, at).next;
    else if (kind === TABLE) at = afterLimits(bytes, at + 1);
    else if (kind === GLOBAL) at += 2;
    else break;
  }
  throw noMemory();
}

function afterName(bytes: Uint8Array, at: number): number {
  const { value: length, next } = readUnsigned(bytes, at);
  return next + length;
}

function afterLimits(bytes: Uint8Array, at: number): number {
  const hasMost = (bytes[at]! & 1) === 1;
  const { next } = readUnsigned(bytes, at + 1);
  return hasMost ? readUnsigned(bytes, next).next : next;
}

/** Reads an unsigned 32-bit number in LEB128. */
function readUnsigned(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7, at++) {
    value += (bytes[at]! & 0x7f) * 2 ** shift;
    if ((bytes[at]! & 0x80) === 0) return { value, next: at + 1 };
  }
  throw new RangeError('A number of the module is longer than 32 bits.');
}

function unsigned(value: number): number[] {
  const low = value % 128;
  return value < 128 ? [low] : [low | 0x80, ...unsigned(Math.floor(value / 128))];
}

function noMemory(): RangeError {
  return new RangeError('The module imports no memory.');
}
