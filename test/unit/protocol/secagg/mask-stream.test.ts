import { native } from '@murmuration/protocol/primitives/node';
import { portable } from '@murmuration/protocol/primitives/portable';
import { applyMasks, collectMasks, type Masks, pairSign } from '@murmuration/protocol/secagg/mask-stream';
import { centre } from '@murmuration/protocol/secagg/ring';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { streamWords } from '../../../reference/secagg.ts';
import frozen from '../../../vectors/secagg-masks.json' with { type: 'json' };
import { seed } from './cohort.ts';

const masksOf = (signs: readonly (1 | -1)[]): Masks =>
  collectMasks(signs.length, i => ({ key: seed(9, i), sign: signs[i]! }));
const signs = fc.array(fc.constantFrom<1 | -1>(1, -1), { minLength: 1, maxLength: 4 });

test('SA10: a mask is the words of RFC 8439, appendix A.1, little-endian, from block 0', () => {
  const vector = new Uint32Array(18);
  applyMasks(native, vector, { keys: new Uint8Array(32), signs: Int8Array.of(1) }, 32);
  expect([...vector.slice(0, 3)]).toEqual([0xade0b876, 0x903df1a0, 0xe56a5d40]);
  expect([...vector.slice(16)]).toEqual([0xbee7079f, 0x7a385155]);
});

test.each([
  ['native', native],
  ['portable', portable],
])('SA10: %s masks are the frozen ones', (_, primitives) => {
  for (const { key, sign, width, from, words } of frozen.masks) {
    const vector = new Uint32Array(from + words.length);
    const masks = { keys: new Uint8Array(Buffer.from(key, 'hex')), signs: Int8Array.of(sign) };
    applyMasks(primitives, vector, masks, width, from);
    const inRing = Array.from(vector.slice(from), word => Number(BigInt.asUintN(width, BigInt(word))));
    expect(inRing).toEqual(words);
  }
});

test('SA10: masks are words of ⌈w/8⌉ bytes, added modulo 2^w, as the reference adds them', () => {
  const widths = fc.integer({ min: 2, max: 32 });
  fc.assert(
    fc.property(
      widths,
      signs,
      fc.array(fc.integer(), { minLength: 1, maxLength: 200 }),
      (width, signs, values) => {
        const vector = Int32Array.from(values);
        applyMasks(native, vector, masksOf(signs), width);
        const streams = signs.map((_, i) => streamWords(seed(9, i), values.length, Math.ceil(width / 8)));
        const expected = values.map((value, at) =>
          signs.reduce((sum, sign, i) => sum + BigInt(sign) * streams[i]![at]!, BigInt(value)),
        );
        expect(Array.from(centre(vector, width), BigInt)).toEqual(
          expected.map(value => BigInt.asIntN(width, value)),
        );
      },
    ),
  );
});

test.each([8, 16, 18, 32])(
  'SA10: ranges of %i bits masked apart, in any order, are the whole masked at once',
  width => {
    const length = 70_000; // two blocks of the accumulator
    const whole = new Int32Array(length);
    applyMasks(native, whole, masksOf([1, -1]), width);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(length), { maxLength: 5 }), fc.boolean(), (cuts, backwards) => {
        const ends = [...cuts, length].sort((a, b) => a - b);
        const ranges = ends.map((end, i) => [ends[i - 1] ?? 0, end] as const);
        const vector = new Int32Array(length);
        for (const [from, to] of backwards ? ranges.reverse() : ranges)
          applyMasks(native, vector, masksOf([1, -1]), width, from, to);
        expect(Buffer.compare(Buffer.from(vector.buffer), Buffer.from(whole.buffer))).toBe(0);
      }),
      { numRuns: 10 },
    );
  },
);

test('SA10: what one of two devices adds the other subtracts', () => {
  expect(pairSign(3, 8)).toBe(1);
  expect(pairSign(8, 3)).toBe(-1);
  const vector = Int32Array.from({ length: 40 }, (_, i) => i - 20);
  applyMasks(native, vector, { keys: seed(9, 0), signs: Int8Array.of(pairSign(3, 8)) }, 32);
  expect(vector[0]).not.toBe(-20);
  applyMasks(native, vector, { keys: seed(9, 0), signs: Int8Array.of(pairSign(8, 3)) }, 32);
  expect([...vector]).toEqual(Array.from({ length: 40 }, (_, i) => i - 20));
});

test('SA10: a view into a larger buffer is masked, and nothing beside it', () => {
  const buffer = new ArrayBuffer(80);
  applyMasks(native, new Uint32Array(buffer, 8, 16), masksOf([1]), 32);
  const words = [...new Uint32Array(buffer)];
  expect(words.slice(2, 18)).toEqual(streamWords(seed(9, 0), 16).map(Number));
  expect([...words.slice(0, 2), ...words.slice(18)]).toEqual([0, 0, 0, 0]);
});
