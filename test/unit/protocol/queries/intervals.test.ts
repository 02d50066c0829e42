import { meanOfCounts, meanOfLevels, studentQuantile, z } from '@murmuration/protocol/queries/intervals';
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
