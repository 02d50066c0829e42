import { isDeepStrictEqual } from 'node:util';
import { crc32 } from '@murmuration/client-sdk/web-view/crc32';
import { pack, unpack } from '@murmuration/client-sdk/web-view/packing';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const typed = fc.oneof(
  fc.float32Array(),
  fc.float64Array(),
  fc.int8Array(),
  fc.int16Array(),
  fc.int32Array(),
  fc.uint8Array(),
  fc.uint8ClampedArray(),
  fc.uint16Array(),
  fc.uint32Array(),
);
const { plain } = fc.letrec(tie => ({
  plain: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.constantFrom(null, undefined, true, false, -0),
    typed,
    fc.array(tie('plain')),
    fc.dictionary(
      fc.oneof(fc.constantFrom('$', '__proto__', 'constructor'), fc.string()),
      tie('plain').filter(value => value !== undefined),
    ),
  ),
}));

/** Objects that dictionaries made are without a prototype. */
const asMade = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(asMade);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asMade(item)]));
};

describe('messages of the bridge', () => {
  it('carry plain data as it is, bit for bit', () => {
    fc.assert(
      fc.property(plain, value => {
        // vitest's own equality asks the key `constructor` for a class.
        expect(isDeepStrictEqual(unpack(pack(value)), asMade(value))).toBe(true);
      }),
    );
  });

  it('carry views of a part of a buffer, and NaN with all its bits', () => {
    const buffer = new Uint8Array(16).fill(255);
    const back = unpack(pack([new Float32Array(buffer.buffer, 4, 2)])) as Float32Array[];
    expect(new Uint8Array(back[0]!.buffer)).toEqual(new Uint8Array(8).fill(255));
  });

  const loop: unknown[] = [];
  loop.push(loop);
  it.each([
    ['a function', { of: [() => 1] }, 'the message.of[0] is a function'],
    ['a date', new Date(0), 'the message is an instance of a class'],
    ['a map', new Map(), 'is an instance of a class'],
    ['an instance', new (class Point {})(), 'is an instance of a class'],
    ['a whole number of any size', 1n, 'is a bigint'],
    ['a list of such', new BigInt64Array(1), 'is a BigInt64Array'],
    ['itself', loop, 'contains itself'],
  ])('refuse %s, and say where it is', (_, value, why) => {
    expect(() => pack(value)).toThrow(expect.objectContaining({ code: 'training.failed' }));
    expect(() => pack(value)).toThrow(why);
  });

  it('that are other bytes are refused as such', () => {
    const bytes = (json: string, more = 0) => {
      const head = utf8(json);
      return Uint8Array.from([head.length, 0, 0, 0, ...head, ...new Array(more).fill(0)]);
    };
    const refused = [
      new Uint8Array(),
      Uint8Array.from([255, 255, 255, 255]),
      bytes('{'),
      bytes('{"$":["number","12"]}'),
      bytes('{"$":["number","constructor"]}'),
      bytes('{"$":["constructor"]}'),
      bytes('{"$":["Float32Array",0,1]}', 2),
      bytes('{"$":["Float32Array",-8,1]}', 64),
      bytes('{"$":["Float32Array",0,1e99]}', 64),
      bytes('['.repeat(200) + ']'.repeat(200)),
    ];
    for (const each of refused)
      expect(() => unpack(each)).toThrow(expect.objectContaining({ code: 'training.bridge' }));
  });

  it('have the check sum of ISO 3309', () => {
    expect(crc32(utf8('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
  });
});
