import {
  meanOfCounts,
  meanOfLevels,
  meanOfValues,
  shareOfCounts,
  studentQuantile,
  withNoise,
  z,
} from '@murmuration/protocol/queries/intervals';
import { expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';

it('noise makes the interval of a mean longer by as much as it can hide of the deviation', () => {
  const levels = { least: 0, most: 100, levels: 100 };
  const [devices, noise, level] = [400, 30, 80];
  const [total, squares] = [level * devices, (devices * (level ** 2 + 100)) / 100];
  const { mean } = meanOfLevels(levels, total, squares, devices, noise);
  // What of the interval is not the noise in the mean itself.
  const half = Math.sqrt((mean.high - mean.value) ** 2 - ((z * noise) / devices) ** 2);
  const variance = (half * (Math.sqrt(devices) / studentQuantile(devices - 1))) ** 2;
  const random = seededRandom(1);
  const uniform = () => (new DataView(random(4).buffer).getUint32(0) + 0.5) / 2 ** 32;
  // Box and Muller 1958.
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const errors = Array.from({ length: 20_000 }, () => {
    const [ofSquares, ofTotal] = [noise * normal(), noise * normal()];
    const seen = ((squares + ofSquares) * 100) / devices - ((total + ofTotal) / devices) ** 2;
    return seen - 100;
  });
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
  expect(variance).toBeCloseTo((100 * devices) / (devices - 1) + z * deviation, 0);
});

it('the mean of counts has the interval of Wilson for their share of the most', () => {
  // 6 of 10: 0.3127 to 0.8318 (Wilson 1927).
  const { value, low, high } = meanOfCounts(30, 10, 5);
  expect(value).toBe(3);
  expect(low / 5).toBeCloseTo(0.3127, 4);
  expect(high / 5).toBeCloseTo(0.8318, 4);
});

it('noise widens an interval to both sides, but not beyond what can be', () => {
  const estimate = { value: 50, low: 47, high: 62 };
  expect(withNoise(estimate, 0, 0, 100)).toEqual(estimate);
  const { value, low, high } = withNoise(estimate, 4 / z, 0, 100);
  expect(value).toBe(50);
  expect(low).toBeCloseTo(50 - 5, 9);
  expect(high).toBeCloseTo(50 + Math.sqrt(160), 9);
  expect(withNoise(estimate, 4 / z, 46, 61)).toEqual({ value: 50, low: 46, high: 61 });
});

it('the interval of a mean with much noise is that of values at both bounds', () => {
  // 101 devices at 40 of 100 levels, each of half a unit; t of 100 degrees is 1.983971519.
  const { mean } = meanOfLevels({ least: -10, most: 40, levels: 100 }, 4_040, 0, 101, 1_000);
  const half = Math.hypot(1.983971519 * Math.sqrt((40 * 60) / 100), (z * 1_000) / 101) / 2;
  expect(mean.value).toBe(10);
  expect(mean.low).toBeCloseTo(10 - half, 4);
  expect(mean.high).toBeCloseTo(10 + half, 4);
});

it.each([
  // R 4.3: qt(0.975, df)
  [15, 2.13145],
  [20, 2.085963],
  [30, 2.042272],
  [100, 1.983972],
])('the quantile of t with %i degrees of freedom is %d', (degrees, quantile) => {
  expect(studentQuantile(degrees)).toBeCloseTo(quantile, 4);
  const half = (quantile * 2) / Math.sqrt(degrees + 1);
  const { value, low, high } = meanOfValues(7, 2, degrees + 1);
  expect([value, (low + high) / 2]).toEqual([7, 7]);
  expect(high - value).toBeCloseTo(half, 4);
});

it.each([
  [
    'differ',
    [
      [1, 2],
      [3, 4],
      [0, 3],
    ],
  ],
  [
    'hardly differ',
    [
      [5, 10],
      [5, 10],
      [6, 11],
      [5, 10],
    ],
  ],
  [
    'are all alike',
    [
      [1, 2],
      [2, 4],
      [3, 6],
    ],
  ],
])('a share of counts that %s has the interval of as many independent values', (_, devices) => {
  const n = devices.length;
  const sum = (of: (count: number, all: number) => number) =>
    devices.reduce((total, [count, all]) => total + of(count!, all!), 0);
  const [count, all] = [sum(own => own), sum((_, own) => own)];
  const share = count / all;
  // Of the ratio, by its definition.
  const variance = (n * sum((own, of) => (own - share * of) ** 2)) / ((n - 1) * all ** 2);
  const independent = variance > 0 ? (share * (1 - share)) / variance : n;
  const size = Math.min(all, independent) * (z / studentQuantile(n - 1)) ** 2;
  const wilson = meanOfCounts(share * size, size, 1);
  const found = shareOfCounts({
    devices: n,
    count,
    all,
    squares: sum(own => own ** 2),
    products: sum((own, of) => own * of),
    allSquares: sum((_, of) => of ** 2),
  });
  expect(found.value).toBe(share);
  expect(found.low).toBeCloseTo(wilson.low, 9);
  expect(found.high).toBeCloseTo(wilson.high, 9);
});
