import {
  addPacked,
  centre,
  elementAt,
  packedLength,
  packRing,
  unpackRing,
  widthFor,
} from '@murmuration/protocol/secagg/ring';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { centred, packBits } from '../../../reference/weights.ts';
import { codeOf } from '../../codes.ts';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const vectors = fc.array(int32, { minLength: 1, maxLength: 67 });

/** A packed vector that begins at an odd byte of its buffer, as bytes off the wire may. */
function unaligned(bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(bytes.length + 1);
  buffer.set(bytes, 1);
  return buffer.subarray(1);
}

describe('SA1: elements of the ring', () => {
  for (let width = 1; width <= 32; width++) {
    it(`are packed, read and added at ${width} bits as big integers are`, () => {
      fc.assert(
        fc.property(fc.array(vectors, { minLength: 1, maxLength: 4 }), updates => {
          const { length } = updates[0]!;
          const same = updates.map(update => Array.from({ length }, (_, i) => update[i % update.length]!));
          const sum = new Int32Array(length);
          for (const update of same) {
            const packed = packRing(Int32Array.from(update), width);
            expect(packed).toEqual(packBits(update.map(BigInt), width));
            expect(packed.length).toBe(packedLength(length, width));
            const expected = update.map(element => Number(centred(BigInt(element), width)));
            expect([...unpackRing(unaligned(packed), length, width)]).toEqual(expected);
            expect(expected.map((_, i) => elementAt(packed, i, width))).toEqual(expected);
            addPacked(sum, unaligned(packed), width);
          }
          const expected = sum.map((_, i) =>
            Number(
              centred(
                same.reduce((all, update) => all + BigInt(update[i]!), 0n),
                width,
              ),
            ),
          );
          expect(centre(sum, width)).toEqual(expected);
        }),
        { numRuns: 30, seed: width },
      );
    });
  }

  it('have sums that depend on no order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 32 }),
        fc.array(fc.array(int32, { minLength: 19, maxLength: 19 }), { minLength: 2, maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        (width, updates, order) => {
          const packed = updates.map(update => packRing(Int32Array.from(update), width));
          const sumOf = (list: readonly Uint8Array[]) => {
            const sum = new Int32Array(19);
            for (const each of list) addPacked(sum, each, width);
            return centre(sum, width);
          };
          const keyed = packed.map(each => ({ each, key: order.next().value as number }));
          const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ each }) => each);
          expect(sumOf(shuffled)).toEqual(sumOf(packed));
        },
      ),
    );
  });

  it('are refused beyond the bits of one contribution, and leave the sum bit for bit as it was', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 3, max: 32 })
          .chain(width => fc.tuple(fc.constant(width), fc.integer({ min: 2, max: width - 1 }))),
        fc.array(int32, { minLength: 41, maxLength: 41 }),
        fc.nat(40),
        fc.boolean(),
        fc.nat(1_000),
        ([width, bits], before, place, above, beyond) => {
          const half = 2 ** (bits - 1);
          const limit = 2 ** (width - 1);
          const wrong = above ? Math.min(half + beyond, limit - 1) : Math.max(-half - 1 - beyond, -limit);
          const update = Int32Array.from(before, value => (value % half) | 0);
          const good = packRing(update, width);
          update[place] = wrong;
          const bad = packRing(update, width);
          const sum = Int32Array.from(before);
          expect(codeOf(() => addPacked(sum, bad, width, bits))).toBe('update.weight');
          expect([...sum]).toEqual(before);
          addPacked(sum, good, width, bits);
        },
      ),
    );
  });

  it.each([2, 8, 17, 25, 26, 31])('may reach both ends of a contribution of %i bits', bits => {
    const ends = Int32Array.of(
      -(2 ** (bits - 1)),
      2 ** (bits - 1) - 1,
      0,
      -1,
      1,
      0,
      0,
      0,
      0,
      2 ** (bits - 1) - 1,
    );
    const sum = new Int32Array(ends.length);
    addPacked(sum, packRing(ends, bits + 1), bits + 1, bits);
    expect(centre(sum, bits + 1)).toEqual(ends);
  });

  it('are refused with stray padding bits, or with bytes too few or too many', () => {
    const packed = packRing(Int32Array.of(1, 2, 3), 5);
    const sum = Int32Array.of(7, 8, 9);
    const stray = packed.slice();
    stray[1]! |= 0x80;
    expect(codeOf(() => addPacked(sum, stray, 5))).toBe('update.malformed');
    expect(codeOf(() => addPacked(sum, packed.subarray(1), 5))).toBe('update.wrong-length');
    expect(codeOf(() => addPacked(sum, new Uint8Array(3), 5))).toBe('update.wrong-length');
    expect(sum).toEqual(Int32Array.of(7, 8, 9));
  });
});

describe('SA1: the width of the ring', () => {
  it('is the smallest that holds both bounds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), bound => {
        const width = widthFor(bound);
        expect(2 ** (width - 1) - 1).toBeGreaterThanOrEqual(bound);
        if (width > 2) expect(2 ** (width - 2) - 1).toBeLessThan(bound);
      }),
    );
    expect([1, 127, 128, 2 ** 31 - 1].map(widthFor)).toEqual([2, 8, 9, 32]);
    expect(() => widthFor(2 ** 31)).toThrow(
      'Sums from −2147483648 to 2147483648 need 33 bits; the ring has at most 32. [config.ring]',
    );
  });
});

describe('published modular sums', () => {
  // google-parfait/federated-compute@de83f70, fcp/secagg/shared/math_test.cc: AddMod(7, 7, 8) = 6, AddMod(2, 5, 8) = 7.
  // google-parfait/tensorflow-federated@63f73da, aggregators/secure_test.py, test_non_symmetric, moduli 2 and 8.
  it.each([
    { width: 3, values: [7, 7], sum: 6 },
    { width: 3, values: [2, 5], sum: 7 },
    { width: 1, values: [0, 1], sum: 1 },
    { width: 1, values: [0, 1, 1], sum: 0 },
    { width: 3, values: [1, 2, 3, 4], sum: 2 },
  ])('$values modulo 2^$width is $sum', ({ width, values, sum }) => {
    const total = new Int32Array(1);
    for (const value of values) addPacked(total, packRing(Int32Array.of(value), width), width);
    expect(total[0]! & (2 ** width - 1)).toBe(sum);
  });

  // google-parfait/tensorflow-federated@63f73da, aggregators/modular_clipping_test.py: 20 into [−5, 10) is 5 (15 values); ours
  // has a power of two of them, [−8, 8): the same rule by TFF's definition, ((x − lower) mod (upper − lower)) + lower.
  it('wrap into the range as modular clipping does', () => {
    for (let x = -40; x <= 40; x++)
      expect(centre(Int32Array.of(x), 4)[0]).toBe(((((x + 8) % 16) + 16) % 16) - 8);
  });
});
