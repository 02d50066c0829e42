import { accountOf, renyiOf } from '@murmuration/privacy/accountants/account';
import {
  discreteGaussianRenyi,
  distributedRenyi,
  skellamRenyi,
} from '@murmuration/privacy/accountants/distributed-renyi';
import { gaussianEpsilon } from '@murmuration/privacy/accountants/gaussian';
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

it('rounded norms are at most √d longer, if nothing is known of the bias', () => {
  expect(roundedNorm(3, 4, 0)).toEqual({ l2: 5, l1: 10 });
  expect(roundedNorm(0.25, 0.25, 0)).toEqual({ l2: 0.75, l1: 0.375 });
  expect(roundedNorm(1, 100)).toEqual(roundedNorm(1, 100, Math.exp(-0.5)));
  // √(3² + 1 + 1 · (3 + 1))
  expect(roundedNorm(3, 4).l2).toBeCloseTo(Math.sqrt(14), 12);
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
    expect(skellamRenyi({ l2: 1, l1: 1, variance: 0 })(2)).toBe(Infinity);
    expect(discreteGaussianRenyi({ l2: 1, l1: 1, variance: 0 }, 0, 1)(2)).toBe(Infinity);
  });

  it.each([
    // α = 3, Δ₂ = 2, Δ₁ = 4, V = 8: 12/16 + min((5 · 4 + 24) / 256, 12/16)
    [{ l2: 2, l1: 4, variance: 8 }, 3, 0.75 + 44 / 256],
    // V = ½: 12/1 + min(44 / 1, 12 / 1)
    [{ l2: 2, l1: 4, variance: 0.5 }, 3, 24],
  ])('with %j at α = %d is its formula', (onSum, order, expected) => {
    expect(skellamRenyi(onSum)(order)).toBeCloseTo(expected, 12);
  });

  it.each([
    // αΔ₂²/2V + τd = 3 · 4 / 16 + 0.01 · 2
    [0.01, 2, 0.75 + 0.02],
    // α (Δ₂²/V + 2Δ₁τ/√V + τ²d) / 2 = 3 (1/2 + 2 · 4 · 0.001 / √8 + 10⁻⁶ · 100) / 2
    [0.001, 100, 1.5 * (0.5 + 0.008 / Math.sqrt(8) + 1e-4)],
    // α (Δ₂/√V + τ√d)² / 2 = 3 (√½ + 1 · √1)² / 2 is more than 0.75 + 1
    [1, 1, 1.75],
  ])(
    'of discrete Gaussians within τ = %d, d = %d is the least of its bounds',
    (distance, values, expected) => {
      const found = discreteGaussianRenyi({ l2: 2, l1: 4, variance: 8 }, distance, values)(3);
      expect(found).toBeCloseTo(expected, 12);
    },
  );

  it('of discrete Gaussians is by the norm where Δ₁ is large', () => {
    // 3 (√½ + 0.01 · 10)² / 2, of others at least 0.75 + 1 and 1.5 (½ + 2 · 40 · 0.01 / √8 + 0.01)
    const found = discreteGaussianRenyi({ l2: 2, l1: 40, variance: 8 }, 0.01, 100)(3);
    expect(found).toBeCloseTo(1.5 * (Math.SQRT1_2 + 0.1) ** 2, 12);
  });

  it('nears that of Gaussian noise as steps get finer', () => {
    const ratio = (scale: number) => {
      const clip = 10 * scale;
      const mechanism = { ...distributed, clip, perDevice: clip ** 2 / 25, quorum: 100 };
      return distributedRenyi(mechanism)(8) / renyiOf({ kind: 'gaussian', noiseMultiplier: 2 })(8);
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
    // Two bits at least, and no bit more than the largest sum takes.
    expect(ringWidth({ devices: 0, largest: 0, variance: 0, values: 1 })).toBe(2);
    expect(ringWidth({ devices: 1, largest: 127, variance: 0, values: 1 })).toBe(8);
    expect(ringWidth({ devices: 1, largest: 128, variance: 0, values: 1 })).toBe(9);
    expect(ringWidth({ devices: 1, largest: 2 ** 31 - 1, variance: 0, values: 1 })).toBe(32);
    expect(() => ringWidth({ devices: 1, largest: 2 ** 31, variance: 0, values: 1 })).toThrow(
      'Sums of 1 devices with their noise reach ±2147483648, which takes 33 bits; the ring has at most 32.',
    );
  });

  it.each([
    [1e4, 1, 2 ** -40],
    [0.5, 10, 1e-6],
    [1e9, 1_000, 1e-3],
  ])('holds noise of variance %d in %d values but for the probability %d', (variance, values, failure) => {
    // The sum of the devices fills up what the noise leaves: one more of it takes another bit.
    const bound = (t: number) => {
      const s = Math.asinh(t / variance);
      return 2 * values * Math.exp(variance * (Math.cosh(s) - 1) - s * t);
    };
    let noise = 1;
    while (bound(noise) > failure) noise *= 2;
    for (let part = noise / 2; part >= 1; part /= 2) if (bound(noise - part) <= failure) noise -= part;
    const full = 2 ** 20 - 1 - noise;
    const needs = { devices: 1, variance, values, failure };
    expect(ringWidth({ ...needs, largest: full })).toBe(21);
    expect(ringWidth({ ...needs, largest: full + 2 })).toBe(22);
  });

  it('is refused beyond 32 bits, with what would help', () => {
    expect(() => ringWidth({ devices: 1_000, largest: 2 ** 23, variance: 1, values: 10 })).toThrow(
      'fewer bits a value',
    );
  });
});
