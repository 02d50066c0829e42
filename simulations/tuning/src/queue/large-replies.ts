import { freeMemory } from '@murmuration/protocol/primitives/node';
import { maxBlobBytes } from './keys.ts';

/** Minimum bytes of a value that gets its own buffer. */
const minOwnBufferBytes = 65_536;
const scratchBytes = 65_536;

/** Maximum length of the line before a value, including its end. */
const maxHeaderLineLength = 32;

/** Bytes of RESP that matter here. */
const [dollar, minus, newline, zero, nine] = [0x24, 0x2d, 0x0a, 0x30, 0x39];

/** Buffers that hold one large value and nothing else. */
const owned = new WeakSet<ArrayBufferLike>();

/** Buffers to reuse, because the system provides new memory page by page. */
const spare: ArrayBuffer[] = [];
const mostSpare = 2;
/** Maximum bytes of each buffer kept for reuse. */
const largestSpare = 16 * 1_048_576;

/** Releases the memory of a reply that is no longer read. Small replies share memory, which stays. */
export function freeReply({ buffer }: Uint8Array): void {
  if (!owned.delete(buffer)) return;
  const memory = buffer as ArrayBuffer;
  if (memory.byteLength <= largestSpare) spare.push(memory);
  else freeMemory(memory);
  if (spare.length > mostSpare) freeMemory(spare.shift()!);
}

/** Returns an uninitialised buffer that shares its memory with no other value. */
function memoryFor(bytes: number): Buffer {
  const at = spare.findIndex(({ byteLength }) => byteLength >= bytes && byteLength <= 2 * bytes);
  const [known] = at < 0 ? [] : spare.splice(at, 1);
  const memory = known ? Buffer.from(known, 0, bytes) : Buffer.allocUnsafeSlow(bytes);
  owned.add(memory.buffer);
  return memory;
}

/**
 * Splits the replies of a Redis (RESP2) so that each large value is one chunk in its own buffer, aligned to
 * eight bytes: the socket reads directly into it, the parser need not join it, and it can be freed after use.
 * Other bytes are chunks as they arrive.
 */
export class LargeReplies {
  readonly #give: (chunk: Buffer) => void;
  readonly #scratch = Buffer.allocUnsafeSlow(scratchBytes);
  /** Bytes at the start of the scratch buffer: the incomplete line of a value. */
  #held = 0;
  /** True within an incomplete line of another type. */
  #isWithinLine = false;
  /** Bytes of a small value that are still missing. */
  #rest = 0;
  /** Large value being read, with its line before it. */
  #value: Buffer | undefined;
  #filled = 0;

  /** Takes `give`, which is called with each chunk; chunks are not changed afterwards. */
  constructor(give: (chunk: Buffer) => void) {
    this.#give = give;
  }

  /** Returns the buffer for the next bytes. */
  space(): Buffer {
    return this.#value?.subarray(this.#filled) ?? this.#scratch.subarray(this.#held);
  }

  /**
   * Processes `count` bytes that were written to `space()`. Throws a `RangeError` for a value that no Redis
   * sends.
   */
  read(count: number): void {
    if (this.#value) this.#fill(count);
    else this.#cut(this.#scratch.subarray(0, this.#held + count));
  }

  #fill(count: number): void {
    const value = this.#value!;
    this.#filled += count;
    if (this.#filled < value.length) return;
    this.#value = undefined;
    this.#give(value);
  }

  #cut(bytes: Buffer): void {
    this.#held = 0;
    let from = 0;
    let at = 0;
    const give = (to: number) => {
      if (to > from) this.#give(Buffer.from(bytes.subarray(from, to)));
      from = to;
    };
    while (at < bytes.length) {
      if (this.#rest > 0) {
        const skipped = Math.min(this.#rest, bytes.length - at);
        this.#rest -= skipped;
        at += skipped;
        continue;
      }
      const end = bytes.indexOf(newline, at) + 1;
      if (this.#isWithinLine || bytes[at] !== dollar) {
        this.#isWithinLine = end === 0;
        at = end || bytes.length;
      } else if (end === 0) {
        give(at);
        this.#hold(bytes.subarray(at));
        return;
      } else {
        const line = bytes.subarray(at, end);
        const length = lengthIn(line);
        if (length >= minOwnBufferBytes) {
          give(at);
          from = end + this.#begin(line, length, bytes.subarray(end));
          at = from;
        } else {
          this.#rest = length < 0 ? 0 : length + 2;
          at = end;
        }
      }
    }
    give(at);
  }

  #hold(line: Buffer): void {
    if (line.length > maxHeaderLineLength) throw unknown();
    this.#scratch.set(line);
    this.#held = line.length;
  }

  /** Starts a large value with the bytes at hand, and returns how many of them it took. */
  #begin(line: Buffer, length: number, bytes: Buffer): number {
    const before = (8 - (line.length % 8)) % 8;
    this.#value = memoryFor(before + line.length + length + 2).subarray(before);
    this.#value.set(line);
    this.#filled = line.length;
    const here = bytes.subarray(0, length + 2);
    this.space().set(here);
    this.#fill(here.length);
    return here.length;
  }
}

/** Parses the length in `$LENGTH\r\n`; −1 for null. */
function lengthIn(line: Buffer): number {
  if (line[1] === minus) return -1;
  let length = 0;
  for (const byte of line.subarray(1, -2)) {
    length = 10 * length + (byte - zero);
    if (byte < zero || byte > nine || length > 2 * maxBlobBytes) throw unknown();
  }
  return length;
}

function unknown(): RangeError {
  return new RangeError('It sends what no Redis does.');
}
