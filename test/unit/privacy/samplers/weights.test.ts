import { gaussianWeights, poissonWeights, type WeightsOf } from '@murmuration/privacy/samplers/weights';
import { describe, expect, it } from 'vitest';
import { relativeError } from '../vectors.ts';

const fraction = (numerator: number, denominator = 1) => ({
  numerator: BigInt(numerator),
  denominator: BigInt(denominator),
});

/** The largest error of a sum of weights from −∞ on, beside weights with many more bits. */
function errorIn(weightsOf: WeightsOf, bits: number): bigint {
  const more = 200n;
  const [rough, fine] = [weightsOf(bits), weightsOf(bits + Number(more))];
  let [largest, roughSum, fineSum] = [0n, 0n, 0n];
  for (let at = 0; at < fine.weights.length; at++) {
    fineSum += fine.weights[at]!;
    roughSum += rough.weights[at + fine.first - rough.first] ?? 0n;
    const off = (fineSum >> more) - roughSum;
    if (off > largest) largest = off;
    if (-off > largest) largest = -off;
  }
  return largest;
}

describe('weights of whole numbers', () => {
  it.each([
    [0.1, fraction(1, 10)],
    [1, fraction(1)],
    [7.5, fraction(15, 2)],
    [400, fraction(400)],
  ])('of the Poisson distribution of mean %d are in its ratio, the mode first', (mean, lambda) => {
    const { first, weights } = poissonWeights(lambda)(80);
    const mode = Math.floor(mean);
    expect(weights[mode - first]).toBe(1n << 80n);
    expect(first).toBeGreaterThanOrEqual(0);
    for (let k = Math.max(1, mode - 5); k < mode + 5; k++)
      expect(
        relativeError(Number(weights[k - first]) / Number(weights[k - 1 - first]), mean / k),
      ).toBeLessThan(1e-12);
    if (mean < 8) expect(first).toBe(0);
    // Both ends are next to nothing.
    expect(weights.at(-1)).toBeGreaterThan(0n);
    expect(weights.at(-1)).toBeLessThan(1n << 12n);
    if (first > 0) expect(weights[0]).toBeLessThan(1n << 12n);
  });

  it.each([0.3, 1, 25.5])('of the discrete Gaussian of variance %d are exp(−x² / 2σ²)', variance => {
    const { first, weights } = gaussianWeights(fraction(10 * variance, 10))(80);
    expect(weights.length).toBe(1 - 2 * first);
    expect(weights[-first]).toBe(1n << 80n);
    for (let x = -3; x <= 3; x++)
      expect(
        relativeError(Number(weights[x - first]) / 2 ** 80, Math.exp((-x * x) / (2 * variance))),
      ).toBeLessThan(1e-12);
    expect(weights.at(-1)).toBeGreaterThan(0n);
    expect(weights).toEqual(weights.toReversed());
  });

  it.each([
    ['Poisson, mean 0.1', poissonWeights(fraction(1, 10)), 1e4],
    ['Poisson, mean 7.5', poissonWeights(fraction(15, 2)), 1e5],
    ['Poisson, mean 400', poissonWeights(fraction(400)), 1e7],
    ['Gaussian, variance 1', gaussianWeights(fraction(1)), 1e6],
    ['Gaussian, variance 25', gaussianWeights(fraction(25)), 1e9],
  ])('are within their error, which is far below what 80 bits tell apart: %s', (_, weightsOf, most) => {
    const { error } = weightsOf(80);
    expect(errorIn(weightsOf, 80)).toBeLessThan(error);
    expect(Number(error)).toBeLessThan(most);
    expect(Number(error)).toBeGreaterThan(most / 1_000);
  });
});
