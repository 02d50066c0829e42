import { chiSquaredAbove } from '@murmuration/monitoring/distributions/chi-squared';
import { incompleteBeta, logBeta, logGamma, upperGamma } from '@murmuration/monitoring/distributions/gamma';
import { kolmogorovAbove } from '@murmuration/monitoring/distributions/kolmogorov';
import { normalAbove, normalBelow, normalQuantile } from '@murmuration/monitoring/distributions/normal';
import { studentBeyond, studentCritical } from '@murmuration/monitoring/distributions/student';
import { describe, expect, it } from 'vitest';

function near(value: number, expected: number, relative = 1e-12): void {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.abs(expected));
}

describe('special functions, beside values known in closed form', () => {
  it('log Γ', () => {
    near(logGamma(0.5), Math.log(Math.sqrt(Math.PI)));
    near(logGamma(11), Math.log(3_628_800));
    expect(logGamma(1)).toBeCloseTo(0, 14);
    near(logGamma(171), 706.5730622457874);
  });

  it('log B, also where Γ overflows and nearly all cancels', () => {
    near(logBeta(2, 3), Math.log(1 / 12));
    // B(a, 1) = 1 / a.
    near(logBeta(1e6, 1), -Math.log(1e6));
    near(logBeta(1, 20), -Math.log(20));
  });

  it('the incomplete gamma function of 1 is an exponential', () => {
    for (const x of [1e-6, 0.3, 1, 2.5, 40, 300]) near(upperGamma(1, x), Math.exp(-x));
    expect([upperGamma(2, 0), upperGamma(2, Infinity)]).toEqual([1, 0]);
  });

  it('the incomplete beta function of a whole and 1 is a power', () => {
    for (const x of [0.01, 0.5, 0.93]) near(incompleteBeta(7, 1, x), x ** 7);
    for (const x of [0.01, 0.5, 0.93]) near(incompleteBeta(1, 7, x), 1 - (1 - x) ** 7, 1e-11);
    expect([incompleteBeta(2, 3, 0), incompleteBeta(2, 3, 1)]).toEqual([0, 1]);
  });
});

describe('distributions, beside scipy 1.15.3', () => {
  it('normal', () => {
    near(normalAbove(1.959963984540054), 0.025);
    near(normalAbove(10), 7.61985302416047e-24);
    near(normalBelow(-1), 0.15865525393145707);
    for (const share of [1e-12, 0.001, 0.3, 0.5, 0.975])
      expect(normalBelow(normalQuantile(share))).toBeCloseTo(share, 14);
    near(normalQuantile(0.975), 1.959963984540054);
    expect(normalQuantile(0)).toBe(-Infinity);
  });

  it('χ²', () => {
    near(chiSquaredAbove(3.841458820694124, 1), 0.05);
    near(chiSquaredAbove(1_100, 1_000), 0.014614408126295192, 1e-10);
  });

  it('Student', () => {
    near(studentBeyond(2.0604930138769135, 86.34857522785114), 0.042360981668057254, 1e-11);
    // One degree of freedom: Cauchy's.
    near(studentBeyond(1, 1), 0.5);
    near(studentCritical(0.05, 10), 2.2281388519649385, 1e-11);
  });

  it('Kolmogorov, in every region that has a method of its own', () => {
    for (const [n, distance, expected] of [
      [10, 0.04, 1],
      [10, 0.08, 0.9999978058034054],
      [200, 0.004, 0.9999999999999999],
      [10, 0.95, 1.9531250000000172e-13],
      [20, 0.6, 2.0483011649719853e-7],
      [100, 0.05, 0.9532159710635725],
      [100, 0.12, 0.1033037490181987],
      [100, 0.3, 1.7719869892662917e-8],
      [5_000, 0.005, 0.9995858441477996],
      [5_000, 0.011, 0.576731142062301],
      [5_000, 0.03, 0.00024159234422666817],
      [200_000, 0.001, 0.9881500208855729],
      [200_000, 0.003, 0.0545369786611305],
    ] as const)
      near(kolmogorovAbove(n, distance), expected, 1e-9);
    expect(kolmogorovAbove(100, 1)).toBe(0);
    expect(kolmogorovAbove(1_000_000, 0.1)).toBe(0);
  });
});
