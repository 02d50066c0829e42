import {
  logUpperTail,
  millsRatio,
  millsSlope,
  upperQuantile,
  upperTail,
} from '@murmuration/privacy/numerics/normal';
import { describe, expect, it } from 'vitest';
import { relativeError } from '../vectors.ts';

/** x, 1 − Φ(x), its logarithm, M(x): computed with 60 digits (mpmath). */
const tails = [
  [-5, 0.9999997133484281, -2.866516129637636e-7, 672621.6367228793],
  [-1, 0.8413447460685429, -0.17275377902344988, 3.4770518117036944],
  [-0.1, 0.539827837277029, -0.6165050101150263, 1.3599304015256166],
  [0, 0.5, -Math.LN2, 1.2533141373155003],
  [0.3, 0.3820885778110474, -0.9621028181688507, 1.0018374009921558],
  [1, 0.15865525393145705, -1.8410216450092636, 0.6556795424187984],
  [2.5, 0.006209665325776135, -5.08164827727869, 0.3542651113297937],
  [3, 0.0013498980316300946, -6.607726221510349, 0.3045902987101033],
  [5.303, 5.695746078411015e-8, -16.68096114976701, 0.18247937673034448],
  [7.5, 3.1908916729108963e-14, -31.075890902890002, 0.13107935580449176],
  [9.1, 4.5165914914354566e-20, -44.543944245324454, 0.10860848843849041],
  [20, 2.7536241186062337e-89, -203.91715537109727, 0.04987592598183679],
  [37, 5.725571222524577e-300, -689.0305855768906, 0.027007327965128336],
] as const;

describe('the tails of the normal distribution', () => {
  it.each(tails)('at %d are right to the last digits', (x, tail, log, mills) => {
    expect(relativeError(upperTail(x), tail)).toBeLessThan(1e-13);
    expect(relativeError(logUpperTail(x), log)).toBeLessThan(1e-15);
    expect(relativeError(millsRatio(x), mills)).toBeLessThan(x < 0 ? 1e-14 : 1e-15);
  });

  it.each(tails.filter(([x]) => x >= -1))('have the quantile %d', (x, tail) => {
    expect(Math.abs(upperQuantile(tail) - x)).toBeLessThan(1e-13 * Math.max(1, x));
  });

  it('have quantiles at their ends', () => {
    expect(upperQuantile(0)).toBe(Infinity);
    expect(upperQuantile(1)).toBe(-Infinity);
    expect(upperQuantile(-0.1)).toBeNaN();
    expect(upperTail(Infinity)).toBe(0);
    expect(upperTail(-Infinity)).toBe(1);
    expect(upperQuantile(0.5)).toBe(0);
    expect(logUpperTail(50)).toBeCloseTo(-1_254.8313611394199, 11);
    expect(millsRatio(1e3)).toBeCloseTo(0.000999999000003, 18);
  });
});

describe('the slope of the Mills ratio', () => {
  // 1 − x M(x), computed with 60 digits (mpmath).
  it.each([
    [-2, 37.2004954222523],
    [0, 1],
    [0.5, 0.5618177717731538],
    [1.5, 0.22627654267305497],
    [2, 0.15726154142389104],
    [2.5, 0.11433722167551583],
    [3, 0.08622910386969011],
    [10, 0.009714035282680786],
    [100, 9.997001498950944e-5],
  ])('at %d is right to the last digits', (x, slope) => {
    expect(relativeError(millsSlope(x), slope)).toBeLessThan(3e-15);
  });

  it('does not cancel far out, where it is near 1/x²', () => {
    expect(relativeError(millsSlope(1e6), 1e-12)).toBeLessThan(1e-11);
  });
});
