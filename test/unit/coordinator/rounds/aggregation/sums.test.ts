import { packRing } from '@murmuration/protocol/secagg/ring';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { quantizationFor, quantize } from '@murmuration/protocol/weights/quantize';
import { FloatSum } from '@murmuration/rounds/aggregation/float-sum';
import { groupFigures } from '@murmuration/rounds/aggregation/group-figures';
import { GroupSums, requireContributors } from '@murmuration/rounds/aggregation/group-sums';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import { SingleUpdates } from '@murmuration/rounds/aggregation/single-updates';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';

const count = 37;
const layout = layoutOf([{ name: 'w', shape: [count] }]);
const settings = { clip: 1, bits: 12, weightCap: 8, largestCohort: 6 };
const quantization = quantizationFor(count, settings);
const seed = 'R'.repeat(22);

const floats = (delta: Float32Array, weight: number) =>
  encodeUpdate(layout.hash, count, { kind: 'float32', delta, weight });

function ringElements(delta: Float32Array, weight: number): Int32Array {
  return quantize(delta.slice(), weight, quantization, seed, seededRandom(weight));
}

const ring = (elements: Int32Array) =>
  encodeUpdate(
    layout.hash,
    elements.length,
    { kind: 'ring', packed: packRing(elements, quantization.width) },
    quantization.width,
  );

/** A vector of norm at most 1, and its weight. */
const update = fc.record({
  delta: fc
    .float32Array({ minLength: count, maxLength: count, min: -1, max: 1, noNaN: true })
    .map(vector => vector.map(value => value / Math.sqrt(count))),
  weight: fc.integer({ min: 1, max: settings.weightCap }),
});
const updates = fc.array(update, { minLength: 1, maxLength: settings.largestCohort });

describe('a float sum', () => {
  it('gives the weighted mean, within the rounding of a float32', () => {
    fc.assert(
      fc.property(updates, all => {
        const sum = new FloatSum(layout, settings);
        for (const { delta, weight } of all) sum.add(floats(delta, weight));
        const { delta: mean, weight } = sum.mean();
        const total = all.reduce((a, b) => a + b.weight, 0);
        expect(weight).toBe(total);
        for (let i = 0; i < count; i++) {
          const exact = all.reduce((a, b) => a + b.weight * b.delta[i]!, 0) / total;
          expect(Math.abs(mean[i]! - exact)).toBeLessThanOrEqual(1e-7 * Math.abs(exact) + 1e-12);
        }
      }),
    );
  });

  it.each([
    ['a NaN', (delta: Float32Array) => delta.fill(Number.NaN, 36), 1, 'update.not-finite'],
    [
      'an infinity',
      (delta: Float32Array) => delta.fill(Number.NEGATIVE_INFINITY, 3, 4),
      1,
      'update.not-finite',
    ],
    [
      'two infinities that cancel out',
      (delta: Float32Array) => delta.fill(Number.POSITIVE_INFINITY),
      1,
      'update.not-finite',
    ],
    ['too long a vector', (delta: Float32Array) => delta.fill(0.2), 1, 'update.norm'],
    [
      'a vector whose squares no float32 holds',
      (delta: Float32Array) => delta.fill(3e38, 7, 8),
      1,
      'update.norm',
    ],
    ['a vector just too long', (delta: Float32Array) => delta.fill(1.002, 36), 1, 'update.norm'],
    ['no weight', (delta: Float32Array) => delta, 0, 'update.weight'],
    ['too large a weight', (delta: Float32Array) => delta, 9, 'update.weight'],
  ] as const)('refuses %s, and is as it was', (_, spoil, weight, code) => {
    const sum = new FloatSum(layout, settings);
    const good = floats(new Float32Array(count).fill(0.1), 2);
    sum.add(good);
    const before = sum.mean();
    expect(() => sum.add(floats(spoil(new Float32Array(count)), weight))).toThrow(
      expect.objectContaining({ code }),
    );
    expect(sum.mean()).toEqual(before);
    expect(sum.contributors).toBe(1);
  });
});

it.each([
  ['at the clip', 1, 1],
  ['within the rounding of a device', 1.0009, 1],
  ['of values whose squares no float32 holds', 1e-30, 1e-29],
  ['of zeros', 0, 1],
])('a float sum takes a vector %s', (_, value, clip) => {
  const sum = new FloatSum(layout, { ...settings, clip });
  sum.add(floats(new Float32Array(count).fill(value, 36), 3));
  expect(sum.mean()).toEqual({ delta: new Float32Array(count).fill(value, 36), weight: 3 });
});

describe('a ring sum', () => {
  it('is the same, to the last bit, whatever the order of arrival', () => {
    fc.assert(
      fc.property(updates, fc.infiniteStream(fc.nat()), (all, order) => {
        const bytes = all.map(({ delta, weight }) => ring(ringElements(delta, weight)));
        const shuffled = bytes
          .map(each => ({ each, key: order.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => each);
        const [one, other] = [bytes, shuffled].map(list => {
          const sum = new RingSum(layout, settings, seed);
          for (const each of list) sum.add(each);
          return sum.mean();
        });
        expect(one).toEqual(other);
      }),
      { numRuns: 50 },
    );
  });

  it('adds up exactly: its elements are those of a sum of big integers', () => {
    fc.assert(
      fc.property(updates, all => {
        const elements = all.map(({ delta, weight }) => ringElements(delta, weight));
        const sum = new RingSum(layout, settings, seed);
        for (const each of elements) sum.add(ring(each));
        const { width } = quantization;
        for (let i = 0; i < quantization.elements; i++) {
          const exact = elements.reduce((total, each) => total + BigInt(each[i]!), 0n);
          expect(BigInt.asUintN(width, BigInt(sum.elements[i]!))).toBe(BigInt.asUintN(width, exact));
        }
        expect(sum.mean().weight).toBe(all.reduce((total, { weight }) => total + weight, 0));
      }),
      { numRuns: 50 },
    );
  });

  it('refuses a weight that its plan does not allow, and is as it was', () => {
    const sum = new RingSum(layout, settings, seed);
    sum.add(ring(ringElements(new Float32Array(count).fill(0.1), 2)));
    const before = sum.mean();
    for (const weight of [0, 9]) {
      const elements = new Int32Array(quantization.elements);
      elements[elements.length - 1] = weight;
      expect(() => sum.add(ring(elements))).toThrow(expect.objectContaining({ code: 'update.weight' }));
    }
    const oversized = new Int32Array(quantization.elements).fill(2 ** (quantization.width - 1) - 1);
    oversized[oversized.length - 1] = 1;
    expect(() => sum.add(ring(oversized))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^update\./) }),
    );
    expect(sum.mean()).toEqual(before);
    expect(sum.contributors).toBe(1);
  });
});

describe('single updates', () => {
  it('are kept as they came: float32 to the last bit, quantised ones within a step', () => {
    fc.assert(
      fc.property(updates, all => {
        const exact = new SingleUpdates(() => new FloatSum(layout, settings));
        const rounded = new SingleUpdates(() => new RingSum(layout, settings, seed));
        for (const { delta, weight } of all) {
          exact.add(floats(delta, weight));
          rounded.add(ring(ringElements(delta, weight)));
        }
        for (const single of [exact, rounded]) {
          expect(single.contributors).toBe(all.length);
          expect(single.updates.map(({ weight }) => weight)).toEqual(all.map(({ weight }) => weight));
        }
        for (const [u, { delta }] of all.entries()) {
          for (let i = 0; i < count; i++) expect(exact.updates[u]!.delta[i]).toBeCloseTo(delta[i]!, 7);
          // Each rotated value is at most a step off, and the rotation keeps lengths.
          const error = Math.hypot(...rounded.updates[u]!.delta.map((value, i) => value - delta[i]!));
          expect(error).toBeLessThanOrEqual(quantization.step * Math.sqrt(count) * 1.001);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('refuse one that its plan does not allow, and are as they were', () => {
    const single = new SingleUpdates(() => new RingSum(layout, settings, seed));
    single.add(ring(ringElements(new Float32Array(count).fill(0.1), 2)));
    const before = [...single.updates];
    const elements = new Int32Array(quantization.elements);
    expect(() => single.add(ring(elements))).toThrow(expect.objectContaining({ code: 'update.weight' }));
    // Beyond what its weight can reach, which a sum would not notice.
    elements[0] = 2 * quantization.largest;
    elements[elements.length - 1] = 1;
    expect(() => single.add(ring(elements))).toThrow(expect.objectContaining({ code: 'update.impossible' }));
    expect(single.updates).toEqual(before);
    single.add(ring(ringElements(new Float32Array(count).fill(0.1), 2)));
    expect(single.updates[1]).toEqual(before[0]);
  });
});

describe('the sums of groups', () => {
  const open = () => new GroupSums(3, () => new RingSum(layout, settings, seed));
  const bytesOf = (value: number, weight: number) =>
    ring(ringElements(new Float32Array(count).fill(value), weight));

  it('are those of their own updates each, over a snapshot too', () => {
    const sums = open();
    const alone = [0, 1, 2].map(() => new RingSum(layout, settings, seed));
    for (const [value, group] of [
      [0.1, 0],
      [0.05, 2],
      [-0.1, 2],
      [0.12, 1],
    ] as const) {
      sums.add(bytesOf(value, 3), group);
      alone[group]!.add(bytesOf(value, 3));
    }
    const again = open();
    again.restore(sums.snapshot());
    for (const each of [sums, again]) {
      expect([each.contributors, each.contributorsOf(2)]).toEqual([4, 2]);
      for (const [group, single] of alone.entries()) {
        each.conclude(group);
        expect(each.means.get(group)).toEqual(single.mean());
      }
    }
  });

  it('count those of concluded groups alone, and none of a group without updates', () => {
    const sums = open();
    sums.add(bytesOf(0.1, 1), 0);
    sums.add(bytesOf(0.1, 1), 1);
    expect(sums.contributors).toBe(2);
    sums.conclude(1);
    expect(sums.contributors).toBe(1);
    expect(() => sums.conclude(2)).toThrow(expect.objectContaining({ code: 'update.impossible' }));
    expect([...sums.means.keys()]).toEqual([1]);
    expect(() => requireContributors(sums, 2)).toThrow(expect.objectContaining({ code: 'secagg.too-few' }));
    expect(() => requireContributors(sums, 1)).not.toThrow();
  });

  it('refuse the snapshot of another number of groups', () => {
    const other = new GroupSums(2, () => new RingSum(layout, settings, seed));
    expect(() => open().restore(other.snapshot())).toThrow(
      expect.objectContaining({ code: 'storage.corrupt' }),
    );
  });

  it('have figures by which the odd one out shows', () => {
    const means = new Map(
      [1, 1.1, 0.9, -5].map((value, group) => [group, { delta: Float32Array.of(value, 0), weight: 1 }]),
    );
    const figures = [...groupFigures(means).values()];
    expect(figures.map(({ norm }) => norm)).toEqual([1, 1.1, 0.9, 5].map(value => expect.closeTo(value, 6)));
    expect(figures.map(({ distance }) => distance)).toEqual(
      [0.05, 0.15, 0.05, 5.95].map(value => expect.closeTo(value, 5)),
    );
  });
});

describe.each([
  ['a float sum', () => new FloatSum(layout, settings), floats],
  [
    'a ring sum',
    () => new RingSum(layout, settings, seed),
    (delta: Float32Array, weight: number) => ring(ringElements(delta, weight)),
  ],
] as const)('the snapshot of %s', (_, empty, encode) => {
  it('gives it back as it was, and goes on as it would have', () => {
    fc.assert(
      fc.property(updates, fc.nat(settings.largestCohort), (all, place) => {
        const cut = Math.min(place, all.length - 1);
        const [sum, restored] = [empty(), empty()];
        for (const { delta, weight } of all.slice(0, cut)) sum.add(encode(delta, weight));
        const snapshot = sum.snapshot();
        const before = snapshot.slice();
        restored.add(encode(all[0]!.delta, all[0]!.weight));
        // Databases give buffers, which may be parts of a larger memory.
        restored.restore(Buffer.concat([Buffer.alloc(3), snapshot]).subarray(3));
        expect(restored.contributors).toBe(cut);
        for (const { delta, weight } of all.slice(cut)) {
          sum.add(encode(delta, weight));
          restored.add(encode(delta, weight));
        }
        expect(restored.mean()).toEqual(sum.mean());
        expect(snapshot).toEqual(before);
      }),
      { numRuns: 30 },
    );
  });

  it('is that of an empty one once it was cleared', () => {
    const [sum, fresh] = [empty(), empty()];
    sum.add(encode(new Float32Array(count).fill(0.1), 2));
    sum.clear();
    expect(sum.snapshot()).toEqual(fresh.snapshot());
    for (const each of [sum, fresh]) each.add(encode(new Float32Array(count).fill(-0.05), 3));
    expect(sum.mean()).toEqual(fresh.mean());
  });

  it('is restored wherever its bytes lie, and refused where they are of another length', () => {
    const sum = empty();
    sum.add(encode(new Float32Array(count).fill(0.1), 2));
    const snapshot = sum.snapshot();
    const elsewhere = new Uint8Array(snapshot.length + 1);
    elsewhere.set(snapshot, 1);
    const restored = empty();
    restored.restore(elsewhere.subarray(1));
    expect(restored.mean()).toEqual(sum.mean());
    expect(() => restored.restore(elsewhere)).toThrow(expect.objectContaining({ code: 'storage.corrupt' }));
    expect(restored.mean()).toEqual(sum.mean());
  });
});
