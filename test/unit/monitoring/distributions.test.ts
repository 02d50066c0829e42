import { boundOf } from '@murmuration/monitoring/distributions/bisection';
import { chiSquaredAbove, chiSquaredCritical } from '@murmuration/monitoring/distributions/chi-squared';
import {
  incompleteBeta,
  logBeta,
  logBinomial,
  logGamma,
  upperGamma,
} from '@murmuration/monitoring/distributions/gamma';
import { kolmogorovAbove } from '@murmuration/monitoring/distributions/kolmogorov';
import {
  normalAbove,
  normalBelow,
  normalDensity,
  normalQuantile,
} from '@murmuration/monitoring/distributions/normal';
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

describe('special functions, beside mpmath 1.3 with 40 digits', () => {
  it.each([
    [1e-5, 11.512919692895826],
    [0.1, 2.252712651734206],
    [1.5, -0.12078223763524522],
    [3.3, 0.9870985778947345],
    [14.5, 23.862765841689086],
    // From here on without a shift.
    [15, 25.191221182738683],
    [15.5, 26.536914491115613],
    [20, 39.339884187199495],
    [1e5, 1051287.7089736569],
    [1e10, 220258509288.81058],
  ])('log Γ of %d', (x, expected) => {
    near(logGamma(x), expected, x < 10 ? 2e-14 : 8e-16);
  });

  it.each([
    [14, 14, -19.453210920759485],
    [14.5, 14.5, -20.164211453803365],
    [15, 15, -20.874596601690644],
    [20, 30, -33.968820791977386],
    [1e6, 1e6, -1386300.003362921],
    [3, 14.9, -7.601846763546682],
    [3, 15, -7.620705086838262],
    [15, 0.4, -0.27852591887740114],
    [16, 2, -5.605802066295997],
    [1e8, 0.5, -8.637975427801482],
  ])('log B of %d and %d', (a, b, expected) => {
    near(logBeta(a, b), expected, 4e-14);
    expect(logBeta(b, a)).toBe(logBeta(a, b));
  });

  it('the log of a binomial coefficient', () => {
    near(logBinomial(10, 3), Math.log(120));
    near(logBinomial(52, 5), Math.log(2_598_960));
    expect(logBinomial(40, 40)).toBeCloseTo(0, 13);
  });

  it.each([
    [0.5, 0.3, 0.4385780260809999],
    [0.5, 1.4, 0.0942643068412103],
    [0.5, 1.6, 0.07363827012030265],
    [0.01, 0.5, 0.005626756193967184],
    [10, 10.9, 0.3514610836914213],
    [10, 11, 0.34051064246566104],
    [10, 11.1, 0.32975747686494133],
    [10, 0.1, 1],
    [2.5, 0.001, 0.9999999904914654],
    [3, 100, 1.8976107553682285e-40],
    [100, 70, 0.9995696274050201],
    [100, 130, 0.002750408367306526],
    [1e4, 10_100, 0.15865124955282037],
  ])('the incomplete gamma function of %d above %d', (a, x, expected) => {
    near(upperGamma(a, x), expected, 1e-11);
  });

  it.each([
    [2, 3, 0.3, 0.3483],
    [2, 3, 0.42, 0.55904688],
    [2, 3, 0.43, 0.57590803],
    [2, 3, 0.9, 0.9963],
    [0.5, 0.5, 0.3, 0.36901011956554536],
    [10, 0.3, 0.8, 0.018113836676274503],
    [0.3, 10, 0.001, 0.2763694135704249],
    [50, 60, 0.4, 0.12470685834310026],
    [50, 60, 0.5, 0.8309072939016694],
    [1_000, 2_000, 0.32, 0.05991102785542633],
    [5, 5, 0.5, 0.5],
    [0.001, 2, 0.5, 0.9998067465369478],
    [3, 7, 1e-8, 8.399999622000007e-23],
  ])('the incomplete beta function of %d and %d up to %d', (a, b, x, expected) => {
    near(incompleteBeta(a, b, x), expected, 1e-12);
    expect(incompleteBeta(b, a, 1 - x)).toBeCloseTo(1 - expected, 12);
  });

  it('nothing below 0, and all beyond the end', () => {
    expect([upperGamma(2, -1), incompleteBeta(2, 3, -0.1), incompleteBeta(2, 3, 1.1)]).toEqual([1, 0, 1]);
  });
});

it('a bound is found to the last bit, whether it is above 1 or below', () => {
  for (const bound of [1e-9, 0.3, 1, 1.5, 2, 12_345.678]) {
    expect(boundOf(value => value < bound)).toBe(bound);
    const asked: number[] = [];
    boundOf(value => {
      asked.push(value);
      return value < bound;
    });
    expect(asked.length).toBeLessThan(100);
  }
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
    expect(normalQuantile(1)).toBe(Infinity);
    for (const [share, expected] of [
      [1e-300, -37.0470962993612],
      [1e-5, -4.264890793922825],
      [0.2, -0.8416212335729142],
      [0.45, -0.12566134685507402],
    ] as const) {
      near(normalQuantile(share), expected, 1e-14);
      expect(normalQuantile(1 - share)).toBe(-normalQuantile(1 - (1 - share)));
    }
    expect(normalQuantile(0.5)).toBeCloseTo(0, 15);
    expect([normalAbove(0), normalBelow(0)]).toEqual([0.5, 0.5]);
    near(normalDensity(0), 0.3989422804014327);
    near(normalDensity(-1.5), 0.12951759566589174);
  });

  it('χ²', () => {
    near(chiSquaredAbove(3.841458820694124, 1), 0.05);
    near(chiSquaredAbove(1_100, 1_000), 0.014614408126295192, 1e-10);
    near(chiSquaredCritical(0.05, 1), 3.8414588206941285);
    near(chiSquaredCritical(0.001, 19), 43.82019596451753);
    near(chiSquaredCritical(0.99, 3), 0.11483180189911714);
    near(chiSquaredCritical(1e-10, 200), 354.6010094112641);
  });

  it('Student', () => {
    near(studentBeyond(2.0604930138769135, 86.34857522785114), 0.042360981668057254, 1e-11);
    // One degree of freedom: Cauchy's.
    near(studentBeyond(1, 1), 0.5);
    near(studentCritical(0.05, 10), 2.2281388519649385, 1e-10);
    near(studentCritical(0.05, 1), 12.706204736432102, 1e-10);
    near(studentCritical(0.9, 3), 0.13659819935569056, 1e-10);
    near(studentCritical(0.001, 0.5), 411396.4625261721, 1e-10);
  });

  it('Kolmogorov, in every region that has a method of its own', () => {
    for (const [n, distance, expected] of [
      [1, 0.3, 1],
      [1, 0.7, 0.6000000000000001],
      [2, 0.5, 0.5],
      [2, 0.3, 0.98],
      [3, 0.2, 0.9982222222222222],
      [3, 0.4, 0.5946666666666665],
      [5, 0.35, 0.46975],
      [10, 0.04, 1],
      [10, 0.08, 0.9999978058034054],
      [10, 0.1, 0.99963712],
      [10, 0.1000001, 0.9996371134681139],
      [10, 0.4999, 0.007795346361510691],
      [10, 0.5, 0.00777741],
      [10, 0.899, 2.2092442508224045e-10],
      [10, 0.9, 1.9999999999999957e-10],
      [10, 0.95, 1.9531250000000172e-13],
      [20, 0.17, 0.5532913617771575],
      [20, 0.55, 3.2861970662280095e-6],
      [20, 0.6, 2.0483011649719853e-7],
      [25, 0.32, 0.008904481644167905],
      [100, 0.05, 0.9532159710635725],
      [100, 0.12, 0.1033037490181987],
      [100, 0.3, 1.7719869892662917e-8],
      [139, 0.2, 0.000023829672649172915],
      [140, 0.06, 0.6719092248862628],
      [140, 0.125, 0.02296366594839242],
      [140, 0.1690309, 0.0005761493790283021],
      [141, 0.04, 0.9710682269013183],
      [141, 0.045, 0.925251190599722],
      [141, 0.05, 0.854845693009663],
      [141, 0.08, 0.31084170879264117],
      [141, 0.11, 0.061026676517912715],
      [141, 0.124, 0.02389925467524623],
      [141, 0.125, 0.022254729898737478],
      [141, 0.3, 9.46134771413843e-12],
      [200, 0.004, 0.9999999999999999],
      [1_000, 0.011, 0.9996452227121748],
      [1_000, 0.0125, 0.9971528020597908],
      [1_000, 0.0126, 0.9968143322478163],
      [1_000, 0.03, 0.3226902143914636],
      [1_000, 0.045, 0.03378304014546085],
      [5_000, 0.005, 0.9995858441477996],
      [5_000, 0.011, 0.576731142062301],
      [5_000, 0.03, 0.00024159234422666817],
      [100_000, 0.00058, 0.999999999999998],
      [100_000, 0.002, 0.8178408363081542],
      [200_000, 0.001, 0.9881500208855729],
      [200_000, 0.003, 0.0545369786611305],
    ] as const)
      near(kolmogorovAbove(n, distance), expected, 1e-11);
    expect([kolmogorovAbove(100, 1), kolmogorovAbove(1, 0.5)]).toEqual([0, 1]);
    expect(kolmogorovAbove(1_000_000, 0.1)).toBe(0);
  });
});
