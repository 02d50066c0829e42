import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import { addPacked, centre, packRing } from '@murmuration/protocol/secagg/ring';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import {
  meanOfSum,
  type QuantizationSettings,
  quantizationFor,
  quantizationOf,
  quantize,
  quantizedPieces,
  verdictsOfSum,
} from '@murmuration/protocol/weights/quantize';
import { rotate } from '@murmuration/protocol/weights/rotate';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectation } from '../../../reference/weights.ts';
import { seededBytes } from '../../client-sdk/device.ts';

const settings: QuantizationSettings = { clip: 1, bits: 8, weightCap: 8, largestCohort: 100 };

/** A vector of the norm `length` that follows from the seed alone, close to normal. */
function vectorOf(count: number, seed: number, length: number): Float32Array {
  const bytes = seededBytes(seed)(4 * count);
  const vector = Float32Array.from({ length: count }, (_, i) =>
    bytes.subarray(4 * i, 4 * i + 4).reduce((sum, byte) => sum + byte - 127.5, 0),
  );
  const norm = Math.hypot(...vector);
  return vector.map(value => (value * length) / norm);
}

const settingsArbitrary = fc.record({
  clip: fc.constantFrom(0.01, 1, 30),
  bits: fc.integer({ min: 2, max: 12 }),
  weightCap: fc.integer({ min: 1, max: 100 }),
  largestCohort: fc.integer({ min: 1, max: 1_000 }),
});

describe('the ring of an update', () => {
  it('QU4: never wraps, even where every one of the largest cohort sends the worst that is taken', () => {
    fc.assert(
      fc.property(settingsArbitrary, fc.boolean(), (each, negative) => {
        const { width, contributionBits } = quantizationFor(3, each);
        const half = 2 ** (contributionBits - 1);
        const worst = negative ? -half : half - 1;
        expect(half).toBeGreaterThan((2 ** (each.bits - 1) - 1) * each.weightCap);
        const sum = new Int32Array(9);
        const packed = packRing(new Int32Array(9).fill(worst), width);
        for (let i = 0; i < each.largestCohort; i++) addPacked(sum, packed, width, contributionBits);
        expect(centre(sum, width)[8]).toBe(worst * each.largestCohort);
      }),
      { numRuns: 60 },
    );
  });

  it('WC3 QU5 QU6: has what divides before what says of the clip, and in no value', () => {
    const fair = { ...settings, unit: 0.5, leastWeight: 2 };
    const places = (change: object) => quantizationFor(4, { ...fair, ...change });
    expect(places({})).toMatchObject({ elements: 6, places: { divisor: 4 } });
    expect(places({ verdicts: true, within: true, control: 3 })).toMatchObject({
      elements: 13,
      places: { verdicts: 8, divisor: 10, within: 11 },
    });
    const quantization = places({ within: true });
    // Two updates that weigh 3 and 5, and have their sum divided by 40.
    const sum = Int32Array.of(80, 0, 0, -8, 40, 1, 8);
    const opened = (change: Int32Array) => meanOfSum(change, 2, { ...fair, within: true }, quantization, 'a');
    const { delta, scale, within } = opened(sum);
    const plain = meanOfSum(
      sum,
      2,
      { ...settings, within: true },
      { ...quantization, places: { verdicts: undefined, divisor: undefined, within: 5 } },
      'a',
    );
    for (const [i, value] of delta.entries()) expect(value).toBeCloseTo(plain.delta[i]! / 5, 6);
    expect([scale, within?.share]).toEqual([2, 0.5]);
    const changed = (place: number, value: number) => () => opened(sum.with(place, value));
    const most = 2 * 127 * 8;
    for (const divisor of [8, most]) expect(changed(4, divisor)).not.toThrow();
    for (const divisor of [7, most + 1])
      expect(changed(4, divisor)).toThrow(
        `2 updates that weigh 8 can't have their sum divided by ${divisor}. [update.impossible]`,
      );
    expect(changed(6, 3)).toThrow("2 updates can't weigh 3 in all. [update.impossible]");
  });

  it('QU4: is the same a piece at a time, whatever is appended, and where a piece ends', () => {
    const piece = 16_384;
    const counts = [1, 8, 4_095, piece - 3, piece - 2, piece - 1, piece, piece + 1, 2 * piece + 5];
    for (const [i, count] of counts.entries())
      for (const change of [{}, { verdicts: true }, { within: true }, { verdicts: true, within: true }]) {
        const quantization = quantizationFor(count, { ...settings, ...change });
        const delta = () => vectorOf(count, i, 1);
        const ring = quantize(delta(), 3, quantization, 'a', seededBytes(i), 'refused', true);
        const update = { delta: delta(), weight: 3, quantization, seed: 'a', random: seededBytes(i) };
        const pieces = Array.from(quantizedPieces({ ...update, verdict: 'refused', isWithin: true }), each =>
          each.slice(),
        );
        expect(Int32Array.from(pieces.flatMap(each => [...each]))).toEqual(ring);
        for (const each of pieces.slice(0, -1)) expect(each.length).toBe(piece);
      }
  });

  it('QU4: is refused above 32 bits by naming the largest weight cap that fits', () => {
    const large = { clip: 1, bits: 16, weightCap: 1_000, largestCohort: 1_000 };
    let message = '';
    try {
      quantizationFor(10, large);
    } catch (error) {
      message = (error as MurmurationError).detail;
    }
    const cap = Number(/largest weight cap that fits is (\d+)/.exec(message)?.[1]);
    expect(quantizationFor(10, { ...large, weightCap: cap }).width).toBeLessThanOrEqual(32);
    expect(() => quantizationFor(10, { ...large, weightCap: cap + 1 })).toThrow(
      '1000 updates of 16 bits with weights up to 65 do not fit a ring of 32 bits: the largest weight cap that fits is 64. [config.ring]',
    );
    expect(() => quantizationFor(10, { ...large, bits: 24, weightCap: 1 })).toThrow('use fewer bits');
  });

  it('QU4: takes 18 bits for 8-bit values of equal weight from 1,000 devices', () => {
    expect(
      quantizationFor(1_000_000, { clip: 1, bits: 8, weightCap: 1, largestCohort: 1_000 }),
    ).toMatchObject({
      width: 18,
      elements: 1_000_001,
      contributionBits: 8,
      largest: 127,
    });
  });
});

describe('quantising', () => {
  it('QU3: rounds without bias: the average of many is the value itself', () => {
    const count = 96;
    const quantization = quantizationFor(count, { ...settings, bits: 4 });
    const delta = vectorOf(count, 3, 1);
    const turned = delta.slice();
    rotate(turned, 'r');
    const random = seededBytes(11);
    const rounds = 4_000;
    const sums = new Float64Array(count);
    for (let round = 0; round < rounds; round++) {
      const ring = quantize(delta.slice(), 1, quantization, 'r', random);
      for (let i = 0; i < count; i++) sums[i]! += ring[i]!;
    }
    const errors = sums.map(
      (sum, i) => sum / rounds - expectation(turned[i]!, quantization.step, quantization.largest),
    );
    // A rounding has a variance of ¼ at most: five deviations of one average, four of the average of all.
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(5 * Math.sqrt(0.25 / rounds));
    expect(Math.abs(errors.reduce((sum, error) => sum + error, 0) / count)).toBeLessThan(
      4 * Math.sqrt(0.25 / rounds / count),
    );
  });

  it('QU3: changes no value by a step or more, and multiplies by the weight', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.nat(),
        fc.integer({ min: 1, max: 8 }),
        (count, seed, weight) => {
          const quantization = quantizationFor(count, settings);
          const delta = vectorOf(count, seed, 0.9);
          const ring = quantize(delta.slice(), weight, quantization, 'r', seededBytes(seed));
          const turned = delta.slice();
          rotate(turned, 'r');
          expect(ring[count]).toBe(weight);
          for (let i = 0; i < count; i++) {
            expect(ring[i]! / weight).toBe(Math.round(ring[i]! / weight));
            expect(Math.abs(ring[i]! / weight - turned[i]! / quantization.step)).toBeLessThan(1.001);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('QU2: cuts off nothing of an update whose energy is in one place', () => {
    const count = 100_000;
    const quantization = quantizationFor(count, settings);
    for (const at of [0, 777, count - 1]) {
      const delta = new Float32Array(count);
      delta[at] = 1;
      const ring = quantize(delta, 1, quantization, 'r', seededBytes(1));
      expect(ring.subarray(0, count).every(value => Math.abs(value) < quantization.largest)).toBe(true);
      expect(meanOfSum(ring, 1, settings, quantization, 'r').delta[at]).toBeCloseTo(1, 1);
    }
  });
});

describe('the mean of a sum', () => {
  it('QU5: is the weighted mean but for rounding, whatever the order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 12 }),
        (count, weights) => {
          const layout = layoutOf([{ name: 'w', shape: [count] }]);
          const quantization = quantizationFor(count, settings);
          const deltas = weights.map((_, i) => vectorOf(count, i + 1, 0.8));
          const wire = deltas.map((delta, i) =>
            encodeUpdate(
              layout.hash,
              count + 1,
              {
                kind: 'ring',
                packed: packRing(
                  quantize(delta.slice(), weights[i]!, quantization, 'r', seededBytes(i)),
                  quantization.width,
                ),
              },
              quantization.width,
            ),
          );
          const meanOf = (updates: readonly Uint8Array[]) => {
            const sum = new RingSum(layout, settings, 'r');
            for (const update of updates) sum.add(update);
            return sum.mean();
          };
          const { delta, weight } = meanOf(wire);
          const total = weights.reduce((sum, each) => sum + each, 0);
          expect(weight).toBe(total);
          expect(meanOf(wire.toReversed()).delta).toEqual(delta);
          let squares = 0;
          for (let i = 0; i < count; i++) {
            const exact = deltas.reduce((sum, each, k) => sum + weights[k]! * each[i]!, 0) / total;
            squares += (delta[i]! - exact) ** 2;
          }
          // Each rounded value is off by less than a step, and the rotation keeps norms.
          expect(Math.sqrt(squares)).toBeLessThan(quantization.step * Math.sqrt(count) * 1.001);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['no contributors', [0, 0, 0], 0, "0 updates can't weigh 0 in all."],
    ['less weight than contributors', [1, 1, 1], 2, "2 updates can't weigh 1 in all."],
    ['more weight than its contributors have', [1, 1, 17], 2, "2 updates can't weigh 17 in all."],
    [
      'a value beyond its weight',
      [128, 0, 1],
      1,
      'Value 0 of the sum is beyond what a weight of 1 can reach.',
    ],
    [
      'a value below its weight',
      [0, -128, 1],
      1,
      'Value 1 of the sum is beyond what a weight of 1 can reach.',
    ],
  ])('QU6: with %s is refused', (_, sum, contributors, why) => {
    const work = () =>
      meanOfSum(Int32Array.from(sum), contributors, settings, quantizationFor(2, settings), 'r');
    expect(work).toThrow(`${why} [update.impossible]`);
  });

  it.each([
    ['under masks', { threat: 'malicious' }, 'a'.repeat(64), true],
    ['under none, where each update could be read', null, 'a'.repeat(64), false],
    ['of no version', { threat: 'malicious' }, undefined, false],
  ])('RD11: has verdicts %s: %o, %s, %s', (_, masking, judged, verdicts) => {
    const plan = { training: {}, update: settings, largestCohort: 10, masking, judged };
    expect(quantizationOf(plan as never).verdicts).toBe(verdicts);
  });

  it('RD11 WC3: brings what devices say of a version, in numbers alone, and is the same mean', () => {
    const judging = { ...settings, verdicts: true };
    const [plain, quantization] = [quantizationFor(5, settings), quantizationFor(5, judging)];
    expect([quantization.elements, quantization.width]).toEqual([plain.elements + 2, plain.width]);
    const sayings = ['kept', 'refused', undefined, 'kept'] as const;
    const rings = (of: typeof plain) =>
      sayings.map((verdict, i) => quantize(vectorOf(5, i, 0.5), i + 1, of, 'r', seededBytes(i), verdict));
    const added = (all: Int32Array[]) => all.reduce((sum, ring) => sum.map((value, i) => value + ring[i]!));
    const [sum, without] = [added(rings(quantization)), added(rings(plain))];
    expect(verdictsOfSum(sum, 4, quantization)).toEqual({ kept: 2, refused: 1 });
    expect(verdictsOfSum(without, 4, plain)).toBeUndefined();
    expect(meanOfSum(sum, 4, judging, quantization, 'r')).toEqual(
      meanOfSum(without, 4, settings, plain, 'r'),
    );
  });

  it('UP15 WC3: brings whether each delta was within the clip, beside verdicts or without, and is the same mean', () => {
    for (const verdicts of [false, true]) {
      const plain = quantizationFor(5, { ...settings, verdicts });
      const telling = { ...settings, verdicts, within: true };
      const quantization = quantizationFor(5, telling);
      expect([quantization.elements, quantization.width]).toEqual([plain.elements + 1, plain.width]);
      const rings = (of: typeof plain) =>
        [true, false, true, true].map((isWithin, i) =>
          quantize(vectorOf(5, i, 0.5), i + 1, of, 'r', seededBytes(i), 'kept', isWithin),
        );
      const added = (all: Int32Array[]) => all.reduce((sum, ring) => sum.map((value, i) => value + ring[i]!));
      const [sum, without] = [added(rings(quantization)), added(rings(plain))];
      const { within, ...mean } = meanOfSum(sum, 4, telling, quantization, 'r');
      expect(within).toEqual({ share: 3 / 4, clip: 1 });
      expect(mean).toEqual(meanOfSum(without, 4, settings, plain, 'r'));
      expect(verdictsOfSum(sum, 4, quantization)).toEqual(verdictsOfSum(without, 4, plain));
    }
  });

  it.each([-1, 3])('QU6: with %i of 2 updates within the clip is refused', count => {
    const telling = { ...settings, within: true };
    const work = () => meanOfSum(Int32Array.of(0, count, 2), 2, telling, quantizationFor(1, telling), 'r');
    expect(work).toThrow(
      `2 updates can't say ${count} times that they were within the clip. [update.impossible]`,
    );
  });

  it.each([-1, 2])('UP9: takes no update without masks that says %i of the clip', said => {
    const telling = { ...settings, within: true };
    const layout = layoutOf([{ name: 'w', shape: [1] }]);
    const sum = new RingSum(layout, telling, 'r');
    const send = (value: number) => {
      const packed = packRing(Int32Array.of(0, value, 1), sum.width);
      sum.add(encodeUpdate(layout.hash, 3, { kind: 'ring', packed }, sum.width));
    };
    expect(() => send(said)).toThrow(
      `An update was within the clip, 1, or was not, 0; this one says ${said}. [update.weight]`,
    );
    send(1);
    expect(sum.mean().within).toEqual({ share: 1, clip: 1 });
  });

  it.each([
    [[3, 0], 2],
    [[2, 1], 2],
    [[-1, 0], 2],
    [[1, -1], 2],
  ])('QU6: with the verdicts %o of %i devices is refused', (verdicts, contributors) => {
    const quantization = quantizationFor(1, { ...settings, verdicts: true });
    const sum = Int32Array.from([0, ...verdicts, contributors]);
    expect(() => verdictsOfSum(sum, contributors, quantization)).toThrow(
      `2 devices can't say of a version ${verdicts[0]} times that they keep it, and ${verdicts[1]} times that they do not. [update.impossible]`,
    );
  });

  it('QU6: is never refused where all updates are as long as the clip, however coarse and uneven', () => {
    const weights = (cap: number) =>
      fc.array(fc.integer({ min: 1, max: cap }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        settingsArbitrary.chain(settings =>
          fc.tuple(fc.constant({ ...settings, largestCohort: 10 }), weights(settings.weightCap)),
        ),
        fc.integer({ min: 1, max: 300 }),
        fc.nat(1_000),
        ([settings, weights], count, seed) => {
          const quantization = quantizationFor(count, settings);
          const sum = new Int32Array(count + 1);
          for (const [i, weight] of weights.entries()) {
            const delta = vectorOf(count, seed, settings.clip);
            const ring = quantize(delta, weight, quantization, 'r', seededBytes(seed + i));
            for (const [at, value] of ring.entries()) sum[at]! += value;
          }
          expect(() => meanOfSum(sum, weights.length, settings, quantization, 'r')).not.toThrow();
        },
      ),
      { numRuns: 300 },
    );
  });

  it('QU6: longer than the clip is refused, where each of its values is within reach', () => {
    const settings = { clip: 1, bits: 8, weightCap: 1, largestCohort: 100 };
    const quantization = quantizationFor(400, settings);
    const sumOf = (value: number) =>
      Int32Array.from({ length: 401 }, (_, i) => (i < 400 ? 100 * value : 100));
    const mean = (value: number) => () => meanOfSum(sumOf(value), 100, settings, quantization, 'r');
    expect(mean(quantization.largest)).toThrow(/^The mean has the length 6\.0000/);
    // √400 · step = 6 / 127: a value of 22 is a mean of 1.039, one of 24 a mean of 1.134.
    expect(mean(22)).not.toThrow();
    // 1.05 of the clip, and a tenth of a step for each of 20 / 2 + 8.
    expect(mean(24)).toThrow(
      /^The mean has the length 1\.1338\d*, and updates clipped to 1 have none beyond 1\.05425\d*\. \[update\.impossible\]$/,
    );
  });

  it('QU6: longer than the clip by more than the noise of devices hides is refused', () => {
    const settings = {
      clip: 1,
      bits: 8,
      weightCap: 4,
      largestCohort: 100,
      noise: { variance: 16, width: 32 },
    };
    const quantization = quantizationFor(400, settings);
    const mean = (value: number) => () => {
      const sum = Int32Array.from({ length: 401 }, (_, i) => (i < 400 ? 400 * value : 400));
      return meanOfSum(sum, 100, settings, quantization, 'r');
    };
    // Noise of all is 4 × √100 in the sum, so 0.1 steps in the mean: its length is 2 steps, and 3.6 once in 2⁴⁰ rounds.
    expect(mean(22)).not.toThrow();
    // Besides, 20 + 16 deviations of the noise in the mean, a tenth of a step each.
    expect(mean(30)).toThrow(/have none beyond 1\.06275\d*\. \[update\.impossible\]$/);
  });

  // facebookresearch/FLSim@7311f2d, flsim/secure_aggregation/tests/test_secure_aggregation.py: fixed point 17.42 × 100 = 1742,
  // −2.3416 × 100 = −234, and 85 / 85 = 1; one value has no rotation but its sign, and a step of 1/100.
  it.each([
    [17.42, 1742],
    [17.4298, 1743],
    [-2.3416, -234],
  ])('QU3: of %d at a step of 0.01 is within a step of the published %i', (value, fixed) => {
    const hundredths = { clip: 327.67, bits: 16, weightCap: 1, largestCohort: 1 };
    const quantization = quantizationFor(1, hundredths);
    expect(quantization.step).toBeCloseTo(0.01, 10);
    const ring = quantize(Float32Array.of(value), 1, quantization, 'r', length =>
      new Uint8Array(length).fill(128),
    );
    expect(Math.abs(Math.abs(ring[0]!) - Math.abs(fixed))).toBeLessThanOrEqual(1);
    expect(meanOfSum(ring, 1, hundredths, quantization, 'r').delta[0]).toBeCloseTo(value, 1);
  });
});
