import { kernelPack, scalarPack } from '@murmuration/protocol/secagg/pack';
import { packedLength } from '@murmuration/protocol/secagg/ring';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packBits } from '../../../reference/weights.ts';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const byKernels = kernelPack();

describe.each([
  ['the kernels', byKernels],
  ['JavaScript', scalarPack],
])('SA1: %s', (_, pack) => {
  for (let width = 1; width <= 32; width++) {
    it(`pack ${width} bits of each element, and write nowhere else`, () => {
      fc.assert(
        fc.property(fc.array(int32, { minLength: 1, maxLength: 70 }), fc.nat(5), (elements, offset) => {
          const length = packedLength(elements.length, width);
          const buffer = new Uint8Array(length + offset + 9).fill(0xa5);
          pack(Int32Array.from(elements), width, buffer.subarray(offset, offset + length));
          expect(buffer.subarray(offset, offset + length)).toEqual(packBits(elements.map(BigInt), width));
          expect(buffer.subarray(0, offset).every(byte => byte === 0xa5)).toBe(true);
          expect(buffer.subarray(offset + length).every(byte => byte === 0xa5)).toBe(true);
        }),
        { numRuns: 30, seed: width },
      );
    });
  }
});

it.each([1, 8, 23, 27, 28, 29, 31, 32])('SA1: pieces of %i bits join without a gap', width => {
  const elements = Int32Array.from({ length: 2 * 16_384 + 5 }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
  const [one, other] = [byKernels, scalarPack].map(pack => {
    const packed = new Uint8Array(packedLength(elements.length, width));
    pack(elements, width, packed);
    return packed;
  });
  expect(Buffer.compare(one!, other!)).toBe(0);
});
