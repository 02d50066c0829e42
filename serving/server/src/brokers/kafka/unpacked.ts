import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Maximum bytes that are copied one by one. */
const maxShortCopy = 16;

/** Buffer for unpacked bytes, with an upper bound. */
export class Unpacked {
  readonly #most: number;
  #bytes: Buffer;
  #length = 0;

  /**
   * Allocates room for `expected` bytes at first; `request.too-large` is thrown later if more than `most`
   * come.
   */
  constructor(expected: number, most: number) {
    this.#most = most;
    this.#bytes = Buffer.allocUnsafe(Math.min(expected, most));
  }

  get length(): number {
    return this.#length;
  }

  /** Appends the source's bytes from `start` to `end`. Throws if it is shorter. */
  append(source: Buffer, start: number, end: number): void {
    if (end > source.length) throw damaged();
    this.#reserve(end - start);
    source.copy(this.#bytes, this.#length, start, end);
    this.#length += end - start;
  }

  /**
   * Appends `length` bytes from `distance` bytes back, repeated if `distance` is less than `length`. Throws
   * if `distance` reaches before the start.
   */
  repeat(distance: number, length: number): void {
    if (distance === 0 || distance > this.#length) throw damaged();
    this.#reserve(length);
    const end = this.#length + length;
    if (length <= maxShortCopy) {
      const bytes = this.#bytes;
      for (let at = this.#length; at < end; at++) bytes[at] = bytes[at - distance] as number;
    } else {
      const start = this.#length - distance;
      // Doubles the copied part each time.
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

/** Makes the error for messages whose bytes are damaged. */
export function damaged(): MurmurationError {
  return new MurmurationError('inference.input', 'their bytes are damaged.');
}

/** Makes the error for messages that exceed `most` bytes unpacked. */
export function tooLong(most: number): MurmurationError {
  return new MurmurationError('request.too-large', `they are more than ${most} bytes unpacked.`);
}
