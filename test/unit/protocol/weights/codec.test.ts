import { packRing } from '@murmuration/protocol/secagg/ring';
import {
  decodeUpdate,
  encodeRing,
  encodeUpdate,
  headerLength,
  maxUpdateLength,
  type UpdateForm,
  updateLength,
} from '@murmuration/protocol/weights/codec';
import { layoutOf, maxValues } from '@murmuration/protocol/weights/layout';
import { FloatSum } from '@murmuration/rounds/aggregation/float-sum';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';

const layout = layoutOf([{ name: 'w', shape: [5] }]);
const float32: UpdateForm = { kind: 'float32', layoutHash: layout.hash, count: 5, maxWeight: 32 };
const ring: UpdateForm = { kind: 'ring', layoutHash: layout.hash, count: 6, width: 13 };
const floats = (delta: readonly number[] = [1, -2, 3, -4, 0.5], weight = 3) =>
  encodeUpdate(layout.hash, 5, { kind: 'float32', delta: Float32Array.from(delta), weight });
const rings = () =>
  encodeUpdate(layout.hash, 6, { kind: 'ring', packed: packRing(Int32Array.of(1, -2, 3, -4, 5, 1), 13) }, 13);

/** The update with other bytes at a place. */
function changed(update: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const copy = update.slice();
  copy.set(bytes, at);
  return copy;
}

describe('the bytes of an update', () => {
  it('WC1 WC2: are a header of 48 bytes, then float32, little-endian', () => {
    const bytes = floats([1], 258);
    expect(Buffer.from(bytes.subarray(0, 8)).toString('hex')).toBe('4d55525701000000');
    expect(bytes.subarray(8, 40)).toEqual(layout.hash);
    expect(Buffer.from(bytes.subarray(40)).toString('hex')).toBe('0500000002010000' + '0000803f');
  });

  it('are the same where elements are packed at their place', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 70 }),
        fc.integer({ min: 2, max: 32 }),
        fc.integer({ min: 1, max: 4 }),
        (values, width, eights) => {
          const elements = Int32Array.from(values);
          const packed = packRing(elements, width);
          const pieces = [];
          for (let from = 0; from < elements.length; from += 8 * eights)
            pieces.push(elements.subarray(from, from + 8 * eights));
          expect(encodeRing(layout.hash, elements.length, width, pieces)).toEqual(
            encodeUpdate(layout.hash, elements.length, { kind: 'ring', packed }, width),
          );
        },
      ),
    );
  });

  it('WC1 WC3: are a header of 48 bytes, then packed ring elements, the weight among them', () => {
    const bytes = rings();
    expect(Buffer.from(bytes.subarray(0, 8)).toString('hex')).toBe('4d5552570101' + '0d00');
    expect(Buffer.from(bytes.subarray(40, 48)).toString('hex')).toBe('0600000000000000');
    expect(bytes.length).toBe(updateLength(ring));
  });

  it('WC2: come back as they went, at any place in a buffer', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 5, maxLength: 5 }),
        fc.integer({ min: 1, max: 32 }),
        fc.nat(7),
        (values, weight, offset) => {
          const bytes = floats(values, weight);
          const place = new Uint8Array(bytes.length + offset);
          place.set(bytes, offset);
          const update = decodeUpdate(place.subarray(offset), float32);
          expect(update).toEqual({ kind: 'float32', delta: Float32Array.from(values), weight });
        },
      ),
    );
  });

  const lengths = (length: number) =>
    `An update of this plan has 68 bytes; this one has ${length}. [update.wrong-length]`;
  const weights = (weight: number) =>
    `A weight is a whole number from 1 to 32; this one is ${weight}. [update.weight]`;

  // biome-ignore format: one refusal a line
  it.each<[string, Uint8Array, string]>([
    ['WC4 no bytes', new Uint8Array(0), 'An update has a header of 48 bytes; this one has 0 in all. [update.malformed]'],
    ['WC4 half a header', floats().subarray(0, headerLength - 1), 'An update has a header of 48 bytes; this one has 47 in all. [update.malformed]'],
    ['WC4 a header only', floats().subarray(0, headerLength), lengths(48)],
    ['WC1 another magic', changed(floats(), 0, 0x4e), 'The update does not begin with "MURW". [update.malformed]'],
    ['WC1 another version', changed(floats(), 4, 2), 'The update has codec version 2; this coordinator reads version 1. [update.malformed]'],
    ['WC1 something in byte 7', changed(floats(), 7, 1), 'Byte 7 of an update is zero. [update.malformed]'],
    ['WC4 another kind', changed(floats(), 5, 1), 'The plan names the kind float32. [update.wrong-kind]'],
    ['WC4 an unknown kind', changed(floats(), 5, 200), 'The plan names the kind float32. [update.wrong-kind]'],
    ['WC4 a width', changed(floats(), 6, 13), 'The plan asks for a ring width of 0; the update names 13. [update.wrong-kind]'],
    ['WC4 another layout', changed(floats(), 39, 0xff & ~layout.hash[31]!), '[update.wrong-layout]'],
    ['WC4 another count', changed(floats(), 40, 4), 'The plan asks for 5 values; the update names 4. [update.wrong-length]'],
    ['WC4 a huge count', changed(floats(), 40, 255, 255, 255, 255), 'The plan asks for 5 values; the update names 4294967295. [update.wrong-length]'],
    ['WC4 a value less', floats().subarray(0, headerLength + 16), lengths(64)],
    ['WC4 a byte less', floats().subarray(0, headerLength + 19), lengths(67)],
    ['WC4 a byte more', changed(new Uint8Array(headerLength + 21), 0, ...floats()), lengths(69)],
    ['WC2 no weight', floats(undefined, 0), weights(0)],
    ['WC2 a weight above the cap', floats(undefined, 33), weights(33)],
    ['WC2 the largest weight', floats(undefined, 2 ** 32 - 1), weights(4_294_967_295)],
  ])('%s is refused', (_, bytes, why) => {
    expect(() => decodeUpdate(bytes, float32)).toThrow(why);
  });

  // biome-ignore format: one refusal a line
  it.each<[string, Uint8Array, string]>([
    ['WC4 another kind', floats(), 'The plan names the kind ring. [update.wrong-kind]'],
    ['WC3 another width', changed(rings(), 6, 12), 'The plan asks for a ring width of 13; the update names 12. [update.wrong-kind]'],
    ['WC3 a weight in the header', changed(rings(), 44, 1), 'The weight of a ring update travels as its last element. [update.weight]'],
    ['WC4 a byte less', rings().subarray(0, updateLength(ring) - 1), 'An update of this plan has 58 bytes; this one has 57. [update.wrong-length]'],
  ])('%s is refused in place of a ring update', (_, bytes, why) => {
    expect(() => decodeUpdate(bytes, ring)).toThrow(why);
  });

  it('WC1: are at most those of a masked update with all values, a weight and 32 bits each', () => {
    expect(maxUpdateLength).toBe(updateLength({ ...ring, count: maxValues + 1, width: 32 }));
  });

  it('are not copied where their values are aligned', () => {
    const place = new Uint8Array(floats().length + 8);
    for (const [from, isView] of [
      [0, true],
      [2, false],
      [4, true],
    ] as const) {
      place.set(floats(), from);
      const { delta } = decodeUpdate(place.subarray(from, from + 68), float32) as { delta: Float32Array };
      expect(delta.buffer === place.buffer).toBe(isView);
    }
  });

  it('WC4: whatever they are, they are read or refused with a code of update.*', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<[UpdateForm, Uint8Array]>([float32, floats()], [ring, rings()]),
        fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 4 }),
        fc.nat(80),
        ([form, good], changes, length) => {
          const bytes = changes.reduce((all, [at, byte]) => changed(all, at % all.length, byte), good);
          const cut = bytes.subarray(0, length > 70 ? bytes.length : length);
          expect(codeOf(() => decodeUpdate(cut, form))).toMatch(/^update\.|^nothing thrown$/);
        },
      ),
    );
  });
});

describe('a sum', () => {
  const settings = { clip: 10, bits: 8, weightCap: 32, largestCohort: 100 };

  it.each<[string, string, readonly number[]]>([
    ['UP7 NaN', 'update.not-finite', [0, 0, Number.NaN, 0, 0]],
    ['UP7 +∞', 'update.not-finite', [0, 0, 0, 0, Number.POSITIVE_INFINITY]],
    ['UP7 −∞', 'update.not-finite', [Number.NEGATIVE_INFINITY, 0, 0, 0, 0]],
    [
      'UP7 both infinities',
      'update.not-finite',
      [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0, 0],
    ],
    ['UP8 a norm above the clip', 'update.norm', [6, 6, 6, 0, 0]],
    ['UP8 the largest float32', 'update.norm', [3.4e38, 3.4e38, 3.4e38, 3.4e38, 3.4e38]],
  ])('%s is refused with %s, and changes nothing', (_, code, values) => {
    const sum = new FloatSum(layout, settings);
    const clean = new FloatSum(layout, settings);
    for (const each of [sum, clean]) each.add(floats());
    expect(codeOf(() => sum.add(floats(values)))).toBe(code);
    for (const each of [sum, clean]) each.add(floats([0.1, 0.2, 0.3, 0.4, 0.5], 7));
    expect(sum.contributors).toBe(2);
    expect(sum.mean()).toEqual(clean.mean());
  });

  it('UP8: takes a norm that is the clip but for rounding', () => {
    const sum = new FloatSum(layout, settings);
    sum.add(floats([6, 8.001, 0, 0, 0]));
    expect(sum.contributors).toBe(1);
  });

  it('UP9: refuses a ring value beyond what bits and weight cap allow, and weights beyond the cap', () => {
    const sum = new RingSum(layout, settings, 'r');
    const { width } = sum.form;
    const update = (...elements: number[]) =>
      encodeUpdate(
        layout.hash,
        6,
        { kind: 'ring', packed: packRing(Int32Array.from(elements), width) },
        width,
      );
    sum.add(update(127, -127, 0, 0, 0, 1));
    const before = sum.mean();
    const beyond = 2 ** Math.ceil(Math.log2(127 * 32 + 1));
    expect(codeOf(() => sum.add(update(0, 0, beyond, 0, 0, 1)))).toBe('update.weight');
    expect(codeOf(() => sum.add(update(-beyond - 1, 0, 0, 0, 0, 1)))).toBe('update.weight');
    for (const weight of [0, -1, 33])
      expect(codeOf(() => sum.add(update(1, 1, 1, 1, 1, weight)))).toBe('update.weight');
    expect(sum.mean()).toEqual(before);
    // In bounds one by one, but not what its weight can reach: the sum shows it.
    sum.add(update(4_000, 0, 0, 0, 0, 1));
    expect(() => sum.mean()).toThrow(
      'Value 0 of the sum is beyond what a weight of 2 can reach. [update.impossible]',
    );
  });

  it('UP10: of nothing has no mean', () => {
    expect(() => new RingSum(layout, settings, 'r').mean()).toThrow(
      "0 updates can't weigh 0 in all. [update.impossible]",
    );
    expect(() => new FloatSum(layout, settings).mean()).toThrow('No update was added. [update.impossible]');
  });

  // NVIDIA/NVFlare@f3b7c1bf, in_time_accumulate_weighted_aggregator_test.py, test_aggregate, weights 2 and 4 for steps.
  // facebookresearch/FLSim@7311f2d, flsim/servers/tests/test_aggregator.py, WEIGHTED_AVERAGE: ten deltas of 1, weights 1 to 10.
  it.each([
    {
      updates: [
        { delta: [2, 3, 1.1, 0.1, 0], weight: 2 },
        { delta: [1, 1, 2.1, 0.5, 0], weight: 4 },
      ],
      mean: [4 / 3, 5 / 3, 1.7666666666666666, 0.3666666666666667, 0],
      weight: 6,
    },
    {
      updates: Array.from({ length: 10 }, (_, i) => ({ delta: [1, 1, 1, 1, 1], weight: i + 1 })),
      mean: [1, 1, 1, 1, 1],
      weight: 55,
    },
  ])('has the published weighted mean $mean', ({ updates, mean, weight }) => {
    const sum = new FloatSum(layout, settings);
    for (const update of updates) sum.add(floats(update.delta, update.weight));
    expect(sum.mean().weight).toBe(weight);
    for (const [i, value] of sum.mean().delta.entries()) expect(value).toBeCloseTo(mean[i]!, 6);
  });
});
