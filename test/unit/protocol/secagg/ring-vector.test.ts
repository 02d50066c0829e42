import { packRing, unpackRing } from '@murmuration/protocol/secagg/ring';
import {
  kernelRingVector,
  type RingVector,
  scalarRingVector,
} from '@murmuration/protocol/secagg/ring-vector';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

/** Like packed bytes off the wire, which may begin anywhere in their buffer. */
function at(offset: number, bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(bytes.length + offset + 3).fill(0xff);
  buffer.set(bytes, offset);
  return buffer.subarray(offset, offset + bytes.length);
}

/** The lowest bits of each element, as a number from 0 on. */
const low = (elements: Int32Array, width: number): bigint[] =>
  Array.from(elements, element => BigInt.asUintN(width, BigInt(element)));

describe.each([
  ['of the kernels', kernelRingVector],
  ['in JavaScript', scalarRingVector],
])('SA1: a ring vector %s', (_, make) => {
  for (let width = 2; width <= 32; width++) {
    it(`adds packed elements of ${width} bits as big integers are added`, () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 70 }),
          fc.array(fc.tuple(fc.infiniteStream(int32), fc.nat(3)), { minLength: 1, maxLength: 4 }),
          (length, updates) => {
            const vector = make(length);
            const exact = new Array<bigint>(length).fill(0n);
            for (const [stream, offset] of updates) {
              const elements = Int32Array.from({ length }, () => stream.next().value as number);
              vector.add(at(offset, packRing(elements, width)), width);
              for (const [i, element] of elements.entries()) exact[i]! += BigInt(element);
            }
            expect(low(vector.elements, width)).toEqual(exact.map(sum => BigInt.asUintN(width, sum)));
          },
        ),
        { numRuns: 30, seed: width },
      );
    });
  }

  // Two pieces of 8,176 elements end with a page of memory, and so do one of 65,536 and 2 × 65,536 − 32 elements.
  it.each([8_175, 8_176, 8_177, 131_040])('has room for what is read beyond its last element: %i', length => {
    const vector = make(length);
    const elements = new Int32Array(length).fill(-3);
    for (const width of [7, 27]) vector.add(packRing(elements, width), width);
    expect(vector.elements[length - 1]! & 127).toBe(-6 & 127);
  });

  it.each([8, 23, 27, 28, 31, 32])('goes on over the ends of its pieces: %i bits', width => {
    const length = 2 * 65_536 + 13;
    const elements = Int32Array.from({ length }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
    const packed = packRing(elements, width);
    const vector = make(length);
    vector.add(packed, width);
    vector.add(packed, width);
    const expected = unpackRing(packed, length, width).map(element => element * 2);
    const shift = 32 - width;
    expect(vector.elements.every((sum, i) => sum << shift === expected[i]! << shift)).toBe(true);
  });

  it('refuses an element beyond one contribution anywhere, and stays bit for bit as it was', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 3, max: 32 })
          .chain(width => fc.tuple(fc.constant(width), fc.integer({ min: 2, max: width - 1 }))),
        fc.integer({ min: 1, max: 70 }),
        fc.nat(),
        fc.boolean(),
        fc.infiniteStream(int32),
        ([width, bits], length, place, above, values) => {
          const vector = make(length);
          const before = Int32Array.from({ length }, () => values.next().value as number);
          vector.elements.set(before);
          const half = 2 ** (bits - 1);
          const good = before.map(value => (value << (32 - bits)) >> (32 - bits));
          const bad = good.slice();
          bad[place % length] = above ? half : -half - 1;
          expect(codeOf(() => vector.add(packRing(bad, width), width, bits))).toBe('update.weight');
          expect(vector.elements).toEqual(before);
          vector.add(packRing(good, width), width, bits);
          expect(low(vector.elements, width)).toEqual(
            low(
              before.map((value, i) => value + good[i]!),
              width,
            ),
          );
        },
      ),
    );
  });

  it('refuses an element in its last piece, and takes off what the pieces before had added', () => {
    const length = 65_536 + 9;
    const vector = make(length);
    vector.elements.fill(7);
    const bad = new Int32Array(length).fill(3);
    bad[length - 1] = 2 ** 11;
    expect(() => vector.add(packRing(bad, 23), 23, 12)).toThrow(
      'A value of the update is outside −2048 to 2047, what its plan allows. [update.weight]',
    );
    expect(vector.elements.every(element => element === 7)).toBe(true);
  });

  it('refuses stray padding bits, and bytes too few or too many', () => {
    const vector: RingVector = make(3);
    const packed = packRing(Int32Array.of(1, 2, 3), 5);
    const stray = packed.slice();
    stray[1]! |= 0x80;
    expect(() => vector.add(stray, 5)).toThrow(
      'The padding bits of a packed vector are zero. [update.malformed]',
    );
    expect(() => vector.add(packed.subarray(1), 5)).toThrow(
      '3 elements of 5 bits are 2 bytes, not 1. [update.wrong-length]',
    );
    expect(codeOf(() => vector.add(new Uint8Array(3), 5))).toBe('update.wrong-length');
    expect(vector.elements).toEqual(new Int32Array(3));
  });
});
