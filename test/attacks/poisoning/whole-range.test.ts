import { packRing } from '@murmuration/protocol/secagg/ring';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { quantizationFor, quantize } from '@murmuration/protocol/weights/quantize';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../seeded-random.ts';
import { Cohort, round } from '../../unit/protocol/secagg/cohort.ts';

const devices = 20;
const count = 300;
const settings = { clip: 2, bits: 8, weightCap: 1, largestCohort: devices };
const layout = layoutOf([{ name: 'w', shape: [count] }]);
const quantization = quantizationFor(count, settings);
const { width, largest, step, elements } = quantization;
const poisoner = 7;

const lengthOf = (vector: Iterable<number>) =>
  Math.sqrt(Array.from(vector, v => v * v).reduce((a, b) => a + b));

/** What an honest device sends: a vector as long as the clip, in a direction of its own that most devices share. */
function honest(device: number): Int32Array {
  const random = seededRandom(device);
  const delta = Float32Array.from(random(count), (byte, i) => (i % 3) - 1 + (byte - 127.5) / 128);
  const scale = settings.clip / lengthOf(delta);
  return quantize(
    delta.map(value => value * scale),
    1,
    quantization,
    round,
    random,
  );
}

const honestSum = new Int32Array(elements);
for (let device = 0; device < devices; device++)
  if (device !== poisoner) for (const [i, value] of honest(device).entries()) honestSum[i]! += value;

/** The mean of a masked round of real devices, of which one sends what it likes under its masks. */
function meanWith(lie: Int32Array): Float32Array {
  const cohort = new Cohort({ devices, width })
    .deal()
    .take()
    .mask(device => (device === poisoner ? lie.slice() : honest(device)))
    .agree()
    .reveal();
  const sum = new RingSum(layout, settings, round, true);
  for (const { update } of cohort.masked.values())
    sum.add(encodeUpdate(layout.hash, elements, { kind: 'ring', packed: packRing(update, width) }, width));
  expect(sum.contributors).toBe(devices);
  sum.elements.set(cohort.unmask());
  return sum.mean().delta;
}

/** What makes the mean so long in the opposite direction of everybody, whatever they sent: the poisoner knows their sum. */
function pushing(length: number): Int32Array {
  const against = honestSum.subarray(0, count).map(value => (value > 0 ? -1 : 1));
  const value = Math.round((length * devices) / (step * Math.sqrt(count)));
  const lie = new Int32Array(elements);
  for (let i = 0; i < count; i++) lie[i] = against[i]! * Math.min(value, largest * devices) - honestSum[i]!;
  lie[count] = 1;
  return lie;
}

describe('QU6: one device of 20 that sends the whole range of the ring under its masks', () => {
  test('fails the round where the mean becomes longer than an update may be, up to all that its values could reach', () => {
    for (const times of [6, 5, 4, 3, 2, 1.2])
      expect(() => meanWith(pushing(times * settings.clip))).toThrow('[update.impossible]');
  });

  test('moves the model by no more than twice the clip where the round succeeds', () => {
    const own = meanWith(honest(poisoner));
    const rounding = (step * Math.sqrt(count)) / 2;
    expect(lengthOf(own)).toBeLessThanOrEqual(settings.clip + rounding);
    const poisoned = meanWith(pushing(settings.clip));
    const moved = lengthOf(poisoned.map((value, i) => value - own[i]!));
    expect(moved).toBeGreaterThan(settings.clip); // one device does that much: the threat model says so
    expect(moved).toBeLessThanOrEqual(2 * settings.clip * 1.05 + rounding);
  });

  test('fails the round with values beyond those of the sum, and with a weight of its own making', () => {
    const far = pushing(6 * settings.clip).map((value, i) => (i < count ? 2 * value : value));
    expect(() => meanWith(far)).toThrow('[update.impossible]');
    for (const weight of [-30, 0, 2, devices]) {
      const lie = honest(poisoner);
      lie[count] = weight;
      expect(() => meanWith(lie)).toThrow('[update.impossible]');
    }
  });

  test('disturbs no round of honest devices', () => {
    expect(() => meanWith(honest(poisoner))).not.toThrow();
  });
});
