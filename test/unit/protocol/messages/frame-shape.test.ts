import { ExtData, encode } from '@msgpack/msgpack';
import { refuseBombs } from '@murmuration/protocol/messages/frame-shape';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../property-seed.ts';
import { codeOf } from '../../codes.ts';

/** Bytes that announce four thousand million items where they are taken for a frame. */
const bomb = (length: number) => new Uint8Array(length).map((_, i) => (i % 5 === 0 ? 0xdd : 0xff));
const bytes = (...list: number[]) => Uint8Array.from(list);

describe('a frame', () => {
  it('is let in whatever it holds, as long as it holds what it announces', () => {
    const value = fc.letrec(tie => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.integer(),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.array(tie('value'), { maxLength: 20 }),
        fc.dictionary(fc.string({ maxLength: 5 }), tie('value'), { maxKeys: 20 }),
      ),
    })).value;
    fc.assert(
      fc.property(value, each => {
        expect(codeOf(() => refuseBombs(encode(each, { maxDepth: 100 })))).toBe('nothing thrown');
      }),
    );
  });

  it.each([3, 40, 300, 70_000])('is read over texts, bytes and extensions of %i bytes', length => {
    const text = '\x7f'.repeat(length);
    for (const each of [text, bomb(length), new ExtData(5, bomb(length))])
      expect(codeOf(() => refuseBombs(encode([each, ...new Array(20).fill(0), [1]])))).toBe('nothing thrown');
    // A text may be of any bytes.
    const written = encode(text);
    written.set(bomb(length), written.length - length);
    expect(codeOf(() => refuseBombs(written))).toBe('nothing thrown');
    expect(codeOf(() => refuseBombs(Uint8Array.of(0x92, ...written, 0xdd, 255, 255, 255, 255)))).toBe(
      'protocol.frame',
    );
  });

  it.each([1, 2, 4, 8, 16])('is read over an extension of %i bytes', length => {
    const encoded = encode([new ExtData(1, bomb(length)), 1]);
    expect(codeOf(() => refuseBombs(encoded))).toBe('nothing thrown');
  });

  // Heads of each form: what follows them is taken for items by any other reading.
  const forms: readonly (readonly [head: number, ...sized: readonly number[]])[] = [
    [0x00],
    [0x7f],
    [0xc0],
    [0xc2],
    [0xc3],
    [0xe0],
    [0xff],
    [0x80],
    [0x90],
    [0xa0],
    [0xa1, 0xdd],
    [0xbf, ...bomb(31)],
    [0x81, 0, 0],
    [0x91, 0],
    [0xc4, 3, ...bomb(3)],
    [0xc5, 0, 3, ...bomb(3)],
    [0xc6, 0, 0, 0, 3, ...bomb(3)],
    [0xc7, 3, ...bomb(4)],
    [0xc8, 0, 3, ...bomb(4)],
    [0xc9, 0, 0, 0, 3, ...bomb(4)],
    [0xca, ...bomb(4)],
    [0xcb, ...bomb(8)],
    [0xcc, 0xdd],
    [0xcd, ...bomb(2)],
    [0xce, ...bomb(4)],
    [0xcf, ...bomb(8)],
    [0xd0, 0xdd],
    [0xd1, ...bomb(2)],
    [0xd2, ...bomb(4)],
    [0xd3, ...bomb(8)],
    [0xd4, ...bomb(2)],
    [0xd5, ...bomb(3)],
    [0xd6, ...bomb(5)],
    [0xd7, ...bomb(9)],
    [0xd8, ...bomb(17)],
    [0xd9, 3, ...bomb(3)],
    [0xda, 0, 3, ...bomb(3)],
    [0xdb, 0, 0, 0, 3, ...bomb(3)],
    [0xdc, 0, 1, 0],
    [0xdd, 0, 0, 0, 1, 0],
    [0xde, 0, 1, 0, 0],
    [0xdf, 0, 0, 0, 1, 0, 0],
  ];
  it.each(forms.map(form => [form[0].toString(16), form] as const))(
    'is read over what begins with %s',
    (_, form) => {
      expect(codeOf(() => refuseBombs(bytes(0x92, ...form, 0xc0)))).toBe('nothing thrown');
      expect(codeOf(() => refuseBombs(bytes(0x92, ...form, 0xdd, 255, 255, 255, 255)))).toBe(
        'protocol.frame',
      );
      // What follows the one value is left to the decoder.
      expect(codeOf(() => refuseBombs(bytes(...form, 0xdd, 255, 255, 255, 255)))).toBe('nothing thrown');
    },
  );

  it.each([
    ['fifteen items', bytes(0x9f, 1)],
    ['two items, of which one is there', bytes(0x92, 1)],
    ['two entries, of which one is there', bytes(0x82, 1, 2, 3)],
    ['items by 16 bits', bytes(0xdc, 0xff, 0xff, 1)],
    ['items by 32 bits', bytes(0xdd, 0xff, 0xff, 0xff, 0xff, 1)],
    ['entries by 16 bits', bytes(0xde, 0, 2, 1, 2, 3)],
    ['entries by 32 bits', bytes(0xdf, 0xff, 0xff, 0xff, 0xff, 1)],
  ])('is refused where it announces %s', (_, frame) => {
    expect(() => refuseBombs(frame)).toThrow('announces more items than it has bytes');
  });

  it('is refused where arrays and maps lie more than 16 deep', () => {
    const nested = (depth: number): unknown =>
      depth === 0 ? 1 : depth % 2 ? [nested(depth - 1)] : { a: nested(depth - 1) };
    expect(codeOf(() => refuseBombs(encode(nested(16))))).toBe('nothing thrown');
    expect(() => refuseBombs(encode(nested(17)))).toThrow('at most 16 deep');
  });
});
