import { accountOf } from '@murmuration/privacy/accountants/account';
import {
  discreteGaussianRenyi,
  distributedRenyi,
  skellamRenyi,
} from '@murmuration/privacy/accountants/distributed-renyi';
import { gaussianEpsilon } from '@murmuration/privacy/accountants/gaussian';
import { gaussianRenyi } from '@murmuration/privacy/accountants/gaussian-renyi';
import {
  type Distributed,
  gaussianSumDistance,
  normsOf,
  ringWidth,
  roundedNorm,
} from '@murmuration/privacy/mechanisms/distributed';
import { calibrate } from '@murmuration/privacy/statements/calibrate';
import { spent } from '@murmuration/privacy/statements/spent';
import { describeStatement } from '@murmuration/privacy/statements/words';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';
import { mechanismCase, relativeError } from '../vectors.ts';

const distributed: Distributed = { kind: 'skellam', perDevice: 400, quorum: 100, clip: 100, values: 1_024 };

describe('rounded norms', () => {
  const { cases } = mechanismCase<{
    cases: { c: number; beta: number | string; d: number; l2: number; l1?: number }[];
  }>('rounded-norm');

  it.each(cases)('of c = $c, β = $beta, d = $d are published', ({ c, beta, d, l2, l1 }) => {
    const found = roundedNorm(c, d, beta === 'exp(-1/2)' ? Math.exp(-0.5) : Number(beta));
    expect(relativeError(found.l2, l2)).toBeLessThan(1e-12);
    if (l1 !== undefined) expect(relativeError(found.l1, l1)).toBeLessThan(1e-12);
  });
});

describe('sums of discrete Gaussians', () => {
  const { cases } = mechanismCase<{ cases: { n: number; sigma: number; tau: number }[] }>('ddg-tau');

  it.each(cases)('of n = $n, σ = $sigma are that near to one', ({ n, sigma, tau }) => {
    expect(relativeError(gaussianSumDistance(n, sigma ** 2), tau)).toBeLessThan(1e-12);
  });

  it('have the Rényi divergence of ddg-rdp', () => {
    const { orders, rdpLocal10, rdpTau1 } = mechanismCase<{
      orders: number[];
      rdpLocal10: number[];
      rdpTau1: number[];
    }>('ddg-rdp');
    const onSum = { l2: 100, l1: 3_200, variance: 100 ** 2 };
    for (const [i, order] of orders.entries()) {
      const near = discreteGaussianRenyi(onSum, gaussianSumDistance(100, 10 ** 2), 1_024)(order);
      expect(relativeError(near, rdpLocal10[i]!)).toBeLessThan(1e-9);
      const far = discreteGaussianRenyi(onSum, gaussianSumDistance(100, 1), 1_024)(order);
      expect(relativeError(far, rdpTau1[i]!)).toBeLessThan(1e-9);
    }
  });
});

describe('the Rényi divergence of Skellam noise', () => {
  /** D_α of Skellam noise shifted by one whole number, by its definition. */
  function divergence(variance: number, shift: number, order: number): number {
    const mean = variance / 2;
    const [reach, terms] = [400, 400];
    const factorials = [0];
    for (let i = 1; i < reach + terms; i++) factorials.push(factorials[i - 1]! + Math.log(i));
    const log = (k: number) => {
      let sum = 0;
      const a = Math.abs(k);
      for (let i = 0; i < terms; i++)
        sum += Math.exp((2 * i + a) * Math.log(mean) - factorials[i]! - factorials[i + a]! + 40 - variance);
      return Math.log(sum) - 40;
    };
    const logs = new Map(
      Array.from({ length: 2 * reach - 1 }, (_, i) => [i - reach + 1, log(i - reach + 1)]),
    );
    let sum = 0;
    for (let k = -120; k <= 120; k++)
      sum += Math.exp(order * logs.get(k - shift)! + (1 - order) * logs.get(k)!);
    return Math.log(sum) / (order - 1);
  }

  it('is above the true one of a shift, by little where there is much noise', () => {
    for (const variance of [10, 40])
      for (const shift of [1, 3])
        for (const order of [2, 5]) {
          const bound = skellamRenyi({ l2: shift, l1: shift, variance })(order);
          const truth = divergence(variance, shift, order);
          expect(bound).toBeGreaterThan(truth);
          if (variance === 40) expect(bound / truth).toBeLessThan(1.15);
        }
  });

  it('is proved for whole orders only', () => {
    expect(skellamRenyi({ l2: 1, l1: 1, variance: 4 })(1.5)).toBe(Infinity);
  });

  it('nears that of Gaussian noise as steps get finer', () => {
    const ratio = (scale: number) => {
      const clip = 10 * scale;
      const mechanism = { ...distributed, clip, perDevice: clip ** 2 / 25, quorum: 100 };
      return distributedRenyi(mechanism)(8) / gaussianRenyi(2)(8);
    };
    expect(ratio(1)).toBeGreaterThan(2);
    expect(ratio(1_000)).toBeLessThan(1.001);
    expect(ratio(1_000)).toBeGreaterThan(1);
  });
});

describe('noise by devices', () => {
  const circumstances = {
    clip: 1,
    released: 'every model version',
    noiseBy: 'device',
    enforcedBy: ['device'],
  } as const;

  it.each(['skellam', 'discreteGaussian'] as const)(
    '%s is calibrated to the budget, for the quorum',
    kind => {
      const { perDevice: _, ...shape } = { ...distributed, kind, clip: 1_000 };
      const mechanism = calibrate({ epsilon: 4, delta: 1e-9 }, shape);
      const { epsilonAt, accountant } = accountOf(mechanism);
      expect(accountant).toBe('rdp');
      expect(epsilonAt(1e-9)).toBeLessThanOrEqual(4);
      expect(relativeError(epsilonAt(1e-9), 4)).toBeLessThan(1e-3);
      // Planted: sized for 130 devices where 100 are counted.
      const short = { ...mechanism, perDevice: (mechanism.perDevice * 100) / 130 };
      expect(accountOf(short).epsilonAt(1e-9)).toBeGreaterThan(4.5);
    },
  );

  it('is independent from release to release, and priced so', () => {
    const { perDevice: _, ...of } = { ...distributed, clip: 100_000 };
    const repeated = calibrate({ epsilon: 4, delta: 1e-9 }, { kind: 'repeated', times: 6, of } as const);
    expect(accountOf(repeated).epsilonAt(1e-9)).toBeLessThanOrEqual(4);
    const statement = spent(repeated, 1e-9, circumstances);
    expect(statement).toMatchObject({ holds: true, accountant: 'rdp', participations: 6, quorum: 100 });
    expect(statement.noiseMultiplier).toBeGreaterThan(1.5);
    // Not below the exact curve of Gaussian noise of the same size.
    expect(statement.holds && statement.epsilon).toBeGreaterThan(
      gaussianEpsilon(Math.sqrt(6) / statement.noiseMultiplier!, 1e-9),
    );
    expect(describeStatement(statement)).toContain(
      'Devices add the noise, and it is enough with that of 100 of them.',
    );
  });

  it('claims nothing without noise', () => {
    const statement = spent({ ...distributed, perDevice: 0 }, 1e-9, circumstances);
    expect(statement.holds).toBe(false);
    expect(accountOf({ ...distributed, perDevice: 0 }).epsilonAt(0.5)).toBe(Infinity);
  });

  it.each([
    { perDevice: -1 },
    { perDevice: Infinity },
    { quorum: 0 },
    { quorum: 1.5 },
    { clip: 0 },
    { values: 0 },
    { bias: 1 },
  ])('refuses %j', wrong => {
    expect(codeOf(() => accountOf({ ...distributed, ...wrong }))).toBe('config.invalid');
  });
});

describe('noise on whole numbers, as counts are', () => {
  const { cases } = mechanismCase<{
    cases: { sens: number; eps: number; delta: number; sigma: number }[];
  }>('discrete-gaussian-calibration');
  const counts = { kind: 'discreteGaussian', quorum: 1, values: 1, whole: true } as const;

  it.each(cases)('costs no less than is published for $sens beside σ = $sigma, and little more', each => {
    const { sens: clip, eps, delta, sigma } = each;
    const account = accountOf({ ...counts, clip, perDevice: sigma ** 2 });
    // That σ was found to three digits.
    expect(account.deltaAt(eps)).toBeGreaterThan(delta * 0.98);
    expect(account.epsilonAt(delta)).toBeLessThan(eps * 1.7);
    // Planted: the standard deviation for a contribution of half the length.
    const short = accountOf({ ...counts, clip, perDevice: sigma ** 2 / 4 });
    expect(short.epsilonAt(delta)).toBeGreaterThan(eps * 1.5);
  });

  it('is not counted as if they were rounded', () => {
    expect(normsOf({ ...counts, clip: 1 })).toEqual({ l2: 1, l1: 1 });
    expect(normsOf({ ...counts, clip: 20, values: 4 })).toEqual({ l2: 20, l1: 40 });
    expect(normsOf({ ...counts, clip: 3, values: 400 })).toEqual({ l2: 3, l1: 9 });
    const { whole: _, ...rounded } = counts;
    expect(normsOf({ ...rounded, clip: 1, values: 100 }).l2).toBeGreaterThan(5);
  });
});

describe('the ring', () => {
  it('has room for the values of all devices, and for noise beside them', () => {
    const needs = { devices: 100, largest: 127, values: 1_000_000 };
    expect(ringWidth({ ...needs, variance: 0 })).toBe(Math.ceil(Math.log2(2 * 12_700 + 1)));
    const width = ringWidth({ ...needs, variance: 1e7 });
    expect(width).toBe(Math.ceil(Math.log2(2 * (12_700 + 10.7 * Math.sqrt(1e7)) + 1)));
    // Little noise has heavier tails than a Gaussian of its variance.
    expect(ringWidth({ devices: 0, largest: 0, variance: 0.01, values: 1 })).toBe(4);
  });

  it('is refused beyond 32 bits, with what would help', () => {
    expect(() => ringWidth({ devices: 1_000, largest: 2 ** 23, variance: 1, values: 10 })).toThrow(
      'fewer bits a value',
    );
  });
});
