import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Bytes that are as short as what is copied one by one. */
const short = 16;

/** Bytes as they are unpacked, up to a number of them. */
export class Unpacked {
  readonly #most: number;
  #bytes: Buffer;
  #length = 0;

  /** Begins with room for `expected` bytes; throws `request.too-large` where there come more than `most`. */
  constructor(expected: number, most: number) {
    this.#most = most;
    this.#bytes = Buffer.allocUnsafe(Math.min(expected, most));
  }

  get length(): number {
    return this.#length;
  }

  /** Appends bytes of a source, up to `end`. Throws where it is shorter. */
  append(source: Buffer, start: number, end: number): void {
    if (end > source.length) throw damaged();
    this.#reserve(end - start);
    source.copy(this.#bytes, this.#length, start, end);
    this.#length += end - start;
  }

  /** Appends what lies `distance` bytes back, again and again where that is less than `length`. Throws where nothing lies there. */
  repeat(distance: number, length: number): void {
    if (distance === 0 || distance > this.#length) throw damaged();
    this.#reserve(length);
    const end = this.#length + length;
    if (length <= short) {
      const bytes = this.#bytes;
      for (let at = this.#length; at < end; at++) bytes[at] = bytes[at - distance] as number;
    } else {
      const start = this.#length - distance;
      // Twice as much each time.
      for (let at = this.#length; at < end; ) {
        const step = Math.min(at - start, end - at);
        this.#bytes.copyWithin(at, start, start + step);
        at += step;
      }
    }
    this.#length = end;
  }

  done(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    const length = this.#length + more;
    if (length > this.#most) throw tooLong(this.#most);
    if (length <= this.#bytes.length) return;
    const bytes = Buffer.allocUnsafe(Math.min(this.#most, Math.max(length, 2 * this.#bytes.length)));
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
  }
}

/** What is wrong with messages whose bytes are not what they should be. */
export function damaged(): MurmurationError {
  return new MurmurationError('inference.input', 'their bytes are damaged.');
}

/** What is wrong with messages that are more than `most` bytes unpacked. */
export function tooLong(most: number): MurmurationError {
  return new MurmurationError('request.too-large', `they are more than ${most} bytes unpacked.`);
}
