import { log1pExp, logExpm1, logSum } from '@murmuration/privacy/numerics/log-sum';
import { describe, expect, it } from 'vitest';
import { relativeError } from '../vectors.ts';

describe('the logarithm of a sum of exponentials', () => {
  it.each([
    [[], -Infinity],
    [[-Infinity], -Infinity],
    [[-Infinity, 3], 3],
    [[3, -Infinity], 3],
    [[Math.log(2), Math.log(3), Math.log(5)], Math.log(10)],
    // Neither overflows nor vanishes.
    [[1_000, 1_001], 1_001 + Math.log1p(Math.exp(-1))],
    [[1_001, 1_000], 1_001 + Math.log1p(Math.exp(-1))],
    [[-1_000, -1_000], -1_000 + Math.LN2],
    [[-800, 800], 800],
  ])('of %j is %d', (values, expected) => {
    expect(logSum(values)).toBeCloseTo(expected, 12);
  });
});

/** x, ln(exp(x) − 1), ln(1 + exp(x)): computed with 60 digits (mpmath). */
const logs = [
  [1e-10, -23.025850929890456, 0.6931471806099453],
  [0.5, -0.43275212956718856, 0.9740769841801067],
  [Math.LN2, 0, 1.0986122886681098],
  [3, 2.9489308190572983, 3.048587351573742],
  [50, 50, 50],
  [1_000, 1_000, 1_000],
] as const;

it.each(logs)('logarithms beside 1 keep their digits at %d', (x, minus, plus) => {
  expect(Math.abs(logExpm1(x) - minus)).toBeLessThan(1e-14 * Math.max(1, x));
  expect(relativeError(log1pExp(x), plus)).toBeLessThan(1e-15);
});

it('ln(1 + exp(x)) is next to exp(x) far below 0', () => {
  for (const x of [-40, -300]) expect(relativeError(log1pExp(x), Math.exp(x))).toBeLessThan(1e-15);
});
