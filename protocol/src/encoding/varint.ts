/**
 * Appends an integer from 0 to 2^53 − 1 as LEB128: seven bits a byte, lowest first, high bit set in all but
 * the last.
 */
export function varint(value: number, into: number[]): void {
  let rest = value;
  while (rest >= 128) {
    into.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  into.push(rest);
}

/** Maximum bytes of a number below 2^35. */
const maxVarintBytes = 5;

/**
 * Reads LEB128 numbers from a position on, each below 2^35 and in its shortest form; throws the error of
 * `refuse` for other bytes.
 */
export function readVarint(
  bytes: Uint8Array,
  from: number,
  refuse: (why: string) => Error,
): { value(): number; isOver(): boolean } {
  let at = from;
  return {
    value() {
      let value = 0;
      let factor = 1;
      for (let i = 0; i < maxVarintBytes; i++) {
        const byte = bytes[at++];
        if (byte === undefined) throw refuse('It ends early.');
        value += (byte & 127) * factor;
        if (byte < 128) {
          if (byte === 0 && i > 0) throw refuse('A number has more bytes than it needs.');
          return value;
        }
        factor *= 128;
      }
      throw refuse('A number is too long.');
    },
    isOver: () => at === bytes.length,
  };
}
