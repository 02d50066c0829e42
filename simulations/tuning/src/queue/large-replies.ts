import { freeMemory } from '@murmuration/protocol/primitives/node';
import { mostBytes } from './keys.ts';

/** Bytes from which on a value has memory of its own. */
const large = 65_536;
const scratchBytes = 65_536;

/** Of the line in front of a value, with its end. */
const longestLine = 32;

/** The bytes of RESP that matter here. */
const [dollar, minus, newline, zero, nine] = [0x24, 0x2d, 0x0a, 0x30, 0x39];

/** Memory that holds one large value and nothing else. */
const owned = new WeakSet<ArrayBufferLike>();

/** Memory of values that nobody reads any more, for those to come: the system gives new memory page by page. */
const spare: ArrayBuffer[] = [];
const mostSpare = 2;
/** Bytes of what is spared for others, each. */
const largestSpare = 16 * 1_048_576;

/** Gives back the memory of a reply that nobody reads any more. That of a small one is shared, and stays. */
export function freeReply({ buffer }: Uint8Array): void {
  if (!owned.delete(buffer)) return;
  const memory = buffer as ArrayBuffer;
  if (memory.byteLength <= largestSpare) spare.push(memory);
  else freeMemory(memory);
  if (spare.length > mostSpare) freeMemory(spare.shift()!);
}

/** Memory of its own for so many bytes, of which what it holds is nothing. */
function memoryFor(bytes: number): Buffer {
  const at = spare.findIndex(({ byteLength }) => byteLength >= bytes && byteLength <= 2 * bytes);
  const [known] = at < 0 ? [] : spare.splice(at, 1);
  const memory = known ? Buffer.from(known, 0, bytes) : Buffer.allocUnsafeSlow(bytes);
  owned.add(memory.buffer);
  return memory;
}

/**
 * Takes what a Redis sends (RESP2), and cuts it so that a large value is one chunk, in memory of its own that begins at a multiple of eight:
 * the socket reads right into it, a parser need not join it, and it can be freed once it is read. All other bytes are chunks as they come.
 */
export class LargeReplies {
  readonly #give: (chunk: Buffer) => void;
  readonly #scratch = Buffer.allocUnsafeSlow(scratchBytes);
  /** Bytes in front of the scratch memory: the line of a value whose end is still to come. */
  #held = 0;
  /** Whether another line has begun, whose end is still to come. */
  #isWithinLine = false;
  /** Bytes of a small value that are still to come. */
  #rest = 0;
  /** The large value that is under way, with its line in front of it. */
  #value: Buffer | undefined;
  #filled = 0;

  /** `give` hears each chunk, whose bytes nothing changes any more. */
  constructor(give: (chunk: Buffer) => void) {
    this.#give = give;
  }

  /** Where the next bytes are to be written. */
  space(): Buffer {
    return this.#value?.subarray(this.#filled) ?? this.#scratch.subarray(this.#held);
  }

  /** So many bytes have been written there. Throws a `RangeError` for a value that no Redis may have. */
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
        if (length >= large) {
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
    if (line.length > longestLine) throw unknown();
    this.#scratch.set(line);
    this.#held = line.length;
  }

  /** Begins a large value with what there is of it; returns how much that is. */
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

/** The length in `$LENGTH\r\n`; -1 of a value that there is not. */
function lengthIn(line: Buffer): number {
  if (line[1] === minus) return -1;
  let length = 0;
  for (const byte of line.subarray(1, -2)) {
    length = 10 * length + (byte - zero);
    if (byte < zero || byte > nine || length > 2 * mostBytes) throw unknown();
  }
  return length;
}

function unknown(): RangeError {
  return new RangeError('It sends what no Redis does.');
}
