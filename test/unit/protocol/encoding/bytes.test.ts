import {
  ByteReader,
  ByteWriter,
  base64url,
  concatBytes,
  equalBytes,
  hex,
  utf8,
} from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const bytes = fc.uint8Array({ maxLength: 100 });

describe('bytes', () => {
  it('are written as Node writes them', () => {
    fc.assert(
      fc.property(bytes, fc.string(), (value, text) => {
        expect(base64url(value)).toBe(Buffer.from(value).toString('base64url'));
        expect(hex(value)).toBe(Buffer.from(value).toString('hex'));
        expect(Buffer.from(utf8(text))).toEqual(Buffer.from(text));
      }),
    );
  });

  it('are equal where every one is', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalBytes(a, b)).toBe(Buffer.from(a).equals(b));
        expect(equalBytes(a, a.slice())).toBe(true);
      }),
    );
    expect(equalBytes(Uint8Array.of(0, 128), Uint8Array.of(128, 128))).toBe(false);
  });

  it('are joined in order', () => {
    fc.assert(
      fc.property(fc.array(bytes), parts => {
        expect(Buffer.from(concatBytes(...parts))).toEqual(Buffer.concat(parts));
      }),
    );
  });

  it('are read as they were written, and no further than their end', () => {
    const writer = new ByteWriter(13)
      .u8(255)
      .raw(Uint8Array.of(1, 2, 3))
      .u32(0xdead_beef)
      .u8(7)
      .u32(9);
    const place = new Uint8Array(16);
    place.set(writer.bytes, 3);
    const reader = new ByteReader(place.subarray(3));
    expect(writer.bytes).toEqual(Uint8Array.of(255, 1, 2, 3, 0xef, 0xbe, 0xad, 0xde, 7, 9, 0, 0, 0));
    expect([reader.u8(), [...reader.raw(3)], reader.u32(), reader.u8(), reader.u32()]).toEqual([
      255,
      [1, 2, 3],
      0xdead_beef,
      7,
      9,
    ]);
    expect(reader.remaining).toBe(0);
    expect(() => reader.u8()).toThrow('The frame ends 1 bytes early. [protocol.frame]');
    expect(() => new ByteReader(new Uint8Array(3)).u32()).toThrow('The frame ends 1 bytes early.');
    expect(() => new ByteReader(new Uint8Array(3)).raw(9)).toThrow('The frame ends 6 bytes early.');
    expect(reader.raw(0)).toHaveLength(0);
  });

  it('that are no JSON say nothing', () => {
    expect(parseJson(utf8('{"a":1}'))).toEqual({ a: 1 });
    for (const text of ['', '{', '\u0000', 'undefined']) expect(parseJson(utf8(text))).toBeUndefined();
  });
});
