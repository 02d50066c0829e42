import type { RoundId } from '@murmuration/protocol/ids/ids';
import { packRing } from '@murmuration/protocol/secagg/ring';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { roundControl, roundMark, withControl } from '@murmuration/protocol/weights/control';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { quantizationFor, quantize } from '@murmuration/protocol/weights/quantize';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import { describe, expect, it } from 'vitest';
import { seededBytes } from '../../client-sdk/device.ts';

const settings = { clip: 2, bits: 8, weightCap: 1, largestCohort: 100, control: 5 };
const count = 300;
const layout = layoutOf([{ name: 'w', shape: [count] }]);
const seed = 'a-round';
const change = () => Float32Array.from({ length: count }, (_, i) => Math.sin(i) / 8);
const normOf = (vector: ArrayLike<number>) => Math.hypot(...Array.from(vector));

/** The elements of an update with a change that was rounded. */
function elementsOf(delta: Float32Array, control: Float32Array, random = seededBytes(9)): Int32Array {
  return quantize(withControl(delta, control, settings), 1, quantizationFor(count, settings), seed, random);
}

function sumOf(all: readonly Int32Array[]): RingSum {
  const sum = new RingSum(layout, settings, seed);
  for (const elements of all) {
    const packed = packRing(elements, sum.width);
    sum.add(encodeUpdate(layout.hash, elements.length, { kind: 'ring', packed }, sum.width));
  }
  return sum;
}

describe('the change of a control variate', () => {
  it('RD21: reaches the coordinator as the device keeps it, beside the update', () => {
    const [first, second] = [1, 2].map(own => roundControl(change(), settings, seed, seededBytes(own))) as [
      Float32Array,
      Float32Array,
    ];
    const delta = Float32Array.from({ length: count }, (_, i) => Math.cos(i) / 20);
    const { step } = quantizationFor(count, settings);
    const mean = sumOf([elementsOf(delta.slice(), first), elementsOf(delta.slice(), second)]).mean();
    expect(mean.weight).toBe(2);
    expect(mean.delta).toHaveLength(count);
    expect(normOf(mean.delta.map((value, i) => value - delta[i]!))).toBeLessThan(step * Math.sqrt(count));
    for (const [i, value] of mean.control!.entries())
      expect(value).toBeCloseTo((first[i]! + second[i]!) / 2, 5);
  });

  it('RD21: is what was meant on average, and cut to its length', () => {
    const many = Array.from({ length: 200 }, (_, own) =>
      roundControl(change(), settings, seed, seededBytes(own)),
    );
    const mean = change().map((_, i) => many.reduce((sum, each) => sum + each[i]!, 0) / many.length);
    const meant = change();
    expect(normOf(mean.map((value, i) => value - meant[i]!))).toBeLessThan(0.1);
    const long = roundControl(
      change().map(value => 100 * value),
      settings,
      seed,
      seededBytes(1),
    );
    expect(normOf(long)).toBeGreaterThan(4.9);
    expect(normOf(long)).toBeLessThan(5.2);
    expect(roundControl(new Float32Array(count), settings, seed, seededBytes(1)).some(Number.isNaN)).toBe(
      false,
    );
  });

  it('QU6: makes a sum impossible where either half is longer than its clip', () => {
    const { largest } = quantizationFor(count, settings);
    const short = elementsOf(new Float32Array(count), new Float32Array(count));
    for (const from of [0, count]) {
      const forged = short.slice();
      for (let i = from; i < from + count; i++) forged[i] = i % 2 ? largest : -largest;
      expect(() => sumOf([forged]).mean()).toThrow('updates clipped to 2 have none beyond');
    }
    expect(sumOf([short]).mean().weight).toBe(1);
  });

  it('RD21: doubles what is sent, and not the width of the ring', () => {
    const { control: _, ...plain } = settings;
    const [one, two] = [quantizationFor(count, plain), quantizationFor(count, settings)];
    expect(two).toEqual({ ...one, elements: 2 * count + 1, values: 2 * count, parts: 2 });
    expect(quantizationFor(count, { ...settings, verdicts: true }).elements).toBe(2 * count + 3);
  });

  it('RD21: marks a round by the first three bytes of its id', () => {
    for (const own of [1, 2, 3]) {
      const bytes = seededBytes(own)(16);
      const id = Buffer.from(bytes).toString('base64url') as RoundId;
      expect(roundMark(id)).toBe(bytes[0]! * 65_536 + bytes[1]! * 256 + bytes[2]!);
    }
  });
});
