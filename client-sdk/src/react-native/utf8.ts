/** Code points converted at a time: engines limit the arguments of one call. */
const codePointsAtOnce = 4_096;
const replacement = 0xfffd;

/** `TextEncoder` (Encoding Standard §7.3), for engines without it. */
export class Utf8Encoder {
  readonly encoding = 'utf-8';

  encode(text = ''): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(3 * text.length);
    return bytes.slice(0, this.encodeInto(text, bytes).written);
  }

  /** Writes as many whole characters as fit. */
  encodeInto(text: string, to: Uint8Array): { read: number; written: number } {
    let [read, written] = [0, 0];
    while (read < text.length) {
      const point = text.codePointAt(read)!;
      const isHalf = point >= 0xd800 && point < 0xe000;
      const code = isHalf ? replacement : point;
      const length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      if (written + length > to.length) break;
      read += point > 0xffff ? 2 : 1;
      if (length === 1) to[written++] = code;
      else {
        to[written++] = ((0xf00 >> length) & 0xff) | (code >> (6 * (length - 1)));
        for (let i = length - 2; i >= 0; i--) to[written++] = 0x80 | ((code >> (6 * i)) & 0x3f);
      }
    }
    return { read, written };
  }
}

/** `TextDecoder` for UTF-8 and whole texts (Encoding Standard §8.1.1), for engines without it. */
export class Utf8Decoder {
  readonly encoding = 'utf-8';
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;

  /** Throws `RangeError` for another encoding. */
  constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
    if (!/^\s*(utf-?8|unicode-1-1-utf-8)\s*$/i.test(label)) throw new RangeError(`Only UTF-8, not ${label}.`);
    this.fatal = fatal;
    this.ignoreBOM = ignoreBOM;
  }

  /** Decodes bytes. Throws `TypeError` for invalid UTF-8 if `fatal`. */
  decode(input?: ArrayBuffer | ArrayBufferView): string {
    const bytes = bytesOf(input);
    let text = '';
    const points: number[] = [];
    let at = !this.ignoreBOM && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    while (at < bytes.length) {
      const [point, length] = pointAt(bytes, at);
      if (point < 0 && this.fatal) throw new TypeError('The bytes are no UTF-8.');
      points.push(point < 0 ? replacement : point);
      at += length;
      if (points.length < codePointsAtOnce) continue;
      text += String.fromCodePoint(...points);
      points.length = 0;
    }
    return text + String.fromCodePoint(...points);
  }
}

/**
 * Returns the code point at a place, and its length in bytes; below 0 for invalid bytes, with the
 * length that one replacement stands for.
 */
function pointAt(bytes: Uint8Array, at: number): [point: number, length: number] {
  const first = bytes[at]!;
  if (first < 0x80) return [first, 1];
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (first < 0xc2 || first > 0xf4) return [-1, 1];
  let point = first & (0x7f >> length);
  // The second byte excludes overlong forms, surrogates, and code points beyond the last one.
  let least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  let most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i];
    if (next === undefined || next < least || next > most) return [-1, i];
    point = (point << 6) | (next & 0x3f);
    [least, most] = [0x80, 0xbf];
  }
  return [point, length];
}

function bytesOf(input: ArrayBuffer | ArrayBufferView | undefined): Uint8Array {
  if (!input) return new Uint8Array(0);
  if (!ArrayBuffer.isView(input)) return new Uint8Array(input);
  return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
}
