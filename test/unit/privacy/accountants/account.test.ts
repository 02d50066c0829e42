import { accountOf, renyiOf } from '@murmuration/privacy/accountants/account';
import { ComposedLoss } from '@murmuration/privacy/accountants/composition';
import { gaussianDelta, gaussianEpsilon, truePositives } from '@murmuration/privacy/accountants/gaussian';
import { mixtureCells, stepFor } from '@murmuration/privacy/accountants/mixture-loss';
import { muOfMechanism } from '@murmuration/privacy/accountants/mu';
import { lossOf, reverseLossOf } from '@murmuration/privacy/accountants/privacy-loss';
import { renyiEpsilon } from '@murmuration/privacy/accountants/renyi';
import type { Mechanism } from '@murmuration/privacy/mechanisms/mechanism';
import { upperTail } from '@murmuration/privacy/numerics/normal';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';
import { publishedCase, relativeError } from '../vectors.ts';

const sampled = (probability: number, noiseMultiplier: number, times: number): Mechanism => ({
  kind: 'repeated',
  times,
  of: { kind: 'sampled', probability, of: { kind: 'gaussian', noiseMultiplier } },
});

/** δ of one release, in closed form: of what a device contributed against zeros. */
function deltaOfOne(q: number, sigma: number, epsilon: number): number {
  const x = sigma ** 2 * Math.log((Math.exp(epsilon) - (1 - q)) / q) + 0.5;
  return (1 - q - Math.exp(epsilon)) * upperTail(x / sigma) + q * upperTail((x - 1) / sigma);
}

describe('the account of sampled noise', () => {
  it.each(['gdp-run-pld-0.01-1.0-1000', 'gdp-run-pld-0.05-1.5-500', 'gdp-run-pld-0.0286-1.0-500'])(
    'is that of %s',
    id => {
      const { inputs, expected } = publishedCase<
        Record<'q' | 'noise_multiplier' | 'rounds' | 'delta', number>,
        { epsilon: number }
      >(id);
      const account = accountOf(sampled(inputs.q, inputs.noise_multiplier, inputs.rounds));
      expect(account.accountant).toBe('pld');
      const epsilon = account.epsilonAt(inputs.delta);
      expect(relativeError(epsilon, expected.epsilon)).toBeLessThan(2e-5);
      expect(relativeError(account.deltaAt(epsilon), inputs.delta)).toBeLessThan(1e-5);
    },
  );

  it.each(['tfp-dpsgd-example-f', 'tfp-dpsgd-example-g', 'tfp-dpsgd-example-h'])('is that of %s', id => {
    const { inputs, expected } = publishedCase<
      { epochs: number; noise_multiplier: number; delta: number; q: number | null; microbatching: boolean },
      { epsilon: number }
    >(id);
    // Microbatches halve the noise.
    const sigma = inputs.noise_multiplier / (inputs.microbatching ? 2 : 1);
    const mechanism =
      inputs.q === null
        ? sampled(1, sigma, Math.ceil(inputs.epochs))
        : sampled(inputs.q, sigma, Math.ceil(inputs.epochs / inputs.q));
    expect(relativeError(accountOf(mechanism).epsilonAt(inputs.delta), expected.epsilon)).toBeLessThan(2e-6);
  });

  it('is within the interval of opacus-prv, which states its upper end', () => {
    const { inputs, expected } = publishedCase<
      Record<'q' | 'noise_multiplier' | 'steps' | 'delta', number>,
      { epsilon: number }
    >('opacus-prv');
    const epsilon = accountOf(sampled(inputs.q, inputs.noise_multiplier, inputs.steps)).epsilonAt(
      inputs.delta,
    );
    // Its error of ε is at most 0.01 to each side.
    expect(epsilon).toBeLessThan(expected.epsilon);
    expect(epsilon).toBeGreaterThan(expected.epsilon - 0.02);
  });

  it.each([
    [0.01, 1, 0.5],
    [0.3, 0.5, 2],
    [0.5, 5, 0.01],
  ])('of one release is the closed form, never less (q = %d, σ = %d, ε = %d)', (q, sigma, epsilon) => {
    const exact = deltaOfOne(q, sigma, epsilon);
    const found = accountOf(sampled(q, sigma, 1)).deltaAt(epsilon);
    expect(found).toBeGreaterThan(exact * (1 - 1e-9));
    expect(relativeError(found, exact)).toBeLessThan(1e-3);
  });

  it('is below Rényi differential privacy, and not by much', () => {
    for (const [q, sigma, times] of [
      [0.01, 1, 1_000],
      [0.1, 3, 200],
    ] as const) {
      const mechanism = sampled(q, sigma, times);
      const [tight, loose] = [
        accountOf(mechanism).epsilonAt(1e-7),
        renyiEpsilon(renyiOf(mechanism), 1e-7).value,
      ];
      expect(tight).toBeLessThan(loose);
      expect(tight).toBeGreaterThan(0.75 * loose);
    }
  });

  it('composes with what is not sampled', () => {
    const gaussian = { kind: 'gaussian', noiseMultiplier: 1 } as const;
    const both: Mechanism = { kind: 'composed', parts: [gaussian, sampled(1e-6, 5, 3), gaussian] };
    // The sampled part is next to nothing.
    expect(relativeError(accountOf(both).epsilonAt(1e-9), gaussianEpsilon(Math.SQRT2, 1e-9))).toBeLessThan(
      1e-5,
    );
    expect(renyiOf(both)(3)).toBeCloseTo(3, 6);
    const same: Mechanism = { kind: 'composed', parts: [sampled(0.1, 2, 40), sampled(0.1, 2, 60)] };
    expect(accountOf(same).epsilonAt(1e-5)).toBe(accountOf(sampled(0.1, 2, 100)).epsilonAt(1e-5));
  });

  it.each([
    [0.5, 1, 0.01],
    [0.5, 1, 0.1],
    [0.2, 0.5, 0.1],
    [0.2, 0.5, 0.9],
  ])(
    'has the share that a test finds, that of closed forms (q = %d, σ = %d, %d accused)',
    (q, sigma, accused) => {
      // Some of the time the device contributes, and the best test is one of the released number; the other direction turns it around.
      const found = (share: number) => (1 - q) * share + q * truePositives(1 / sigma, share);
      let [low, high] = [0, 1];
      for (let turn = 0; turn < 60; turn++) {
        const middle = (low + high) / 2;
        if (1 - found(middle) > accused) low = middle;
        else high = middle;
      }
      const best = Math.max(found(accused), 1 - low);
      const share = accountOf(sampled(q, sigma, 1)).truePositivesAt(accused);
      expect(share).toBeGreaterThan(best - 1e-9);
      expect(share).toBeLessThan(best + 2e-3);
    },
  );

  it('has noise and a kind, unless a part has none', () => {
    expect(accountOf(sampled(0.1, 1, 3))).toMatchObject({ accountant: 'pld', hasNoise: true });
    const bare: Mechanism = {
      kind: 'composed',
      parts: [sampled(0.1, 1, 3), { kind: 'gaussian', noiseMultiplier: 0 }],
    };
    expect(accountOf(bare)).toMatchObject({ accountant: 'gaussian', hasNoise: false, mu: Infinity });
    expect(accountOf(bare).deltaAt(3)).toBe(1);
    expect(renyiOf(bare)(2)).toBe(Infinity);
  });

  it('has no μ, but what is not sampled has', () => {
    expect(codeOf(() => muOfMechanism(sampled(0.1, 1, 1)))).toBe('config.invalid');
    expect(() => muOfMechanism(sampled(0.1, 1, 1))).toThrow('are not Gaussian, so that they have no μ');
    expect(() => muOfMechanism({ kind: 'skellam', perDevice: 1, quorum: 1, clip: 1, values: 1 })).toThrow(
      'Noise by devices',
    );
    expect(muOfMechanism(sampled(1, 2, 4))).toBe(1);
  });

  it('claims nothing without noise', () => {
    const account = accountOf(sampled(0.1, 0, 3));
    expect(account.hasNoise).toBe(false);
    expect(account.epsilonAt(0.1)).toBe(Infinity);
    expect(accountOf(sampled(0.1, 1, 0)).epsilonAt(1e-9)).toBe(0);
  });

  it.each([0, -0.1, 1.01, Number.NaN])('refuses to draw devices with the probability %d', probability => {
    expect(codeOf(() => accountOf(sampled(probability, 1, 1)))).toBe('config.invalid');
  });
});

describe('composed losses', () => {
  const lossesOf = (sigma: number) => {
    const mixture = { sigma, probability: 1 };
    const step = stepFor(mixture);
    return { step, cells: mixtureCells(mixture, step) };
  };

  it.each([
    [1, 1e-15, 1],
    [0.5, 1e-10, 1],
    [50, 1e-15, 10_000],
    [20, 1e-3, 100],
  ])(
    'of Gaussian noise (σ = %d, δ = %d, %d times) are the exact curve, and never below it',
    (sigma, delta, times) => {
      const { step, cells } = lossesOf(sigma);
      const exact = gaussianEpsilon(Math.sqrt(times) / sigma, delta);
      for (const direction of [lossOf, reverseLossOf]) {
        const epsilon = new ComposedLoss([{ loss: direction(cells), times }], step).epsilonAt(delta);
        expect(epsilon).toBeGreaterThan(exact * (1 - 1e-9));
        expect(relativeError(epsilon, exact)).toBeLessThan(1e-4);
      }
    },
  );

  it('have the whole curve from one transform', () => {
    const { step, cells } = lossesOf(2);
    const curve = new ComposedLoss([{ loss: lossOf(cells), times: 4 }], step).curveNear(1e-2);
    for (const epsilon of [0, 0.3, 1, 2, 4])
      expect(relativeError(curve(epsilon), gaussianDelta(1, epsilon))).toBeLessThan(1e-5);
  });

  it('of finitely many outcomes are sums over all of them', () => {
    // A coin that falls as it should with the probability e / (1 + e): ε = 1 each time.
    const [step, p] = [0.5, Math.E / (1 + Math.E)];
    const loss = { step, first: -2, masses: Float64Array.of(1 - p, 0, 0, 0, p), infinite: 1e-9 };
    const times = 12;
    const composed = new ComposedLoss([{ loss, times }], step);
    for (const epsilon of [0, 1.3, 5, 9]) {
      let [delta, ways] = [-Math.expm1(times * Math.log1p(-1e-9)), 1];
      for (let heads = 0; heads <= times; heads++) {
        const sum = 2 * heads - times;
        if (sum > epsilon)
          delta += ways * p ** heads * (1 - p) ** (times - heads) * -Math.expm1(epsilon - sum);
        ways *= (times - heads) / (heads + 1);
      }
      expect(relativeError(composed.deltaAt(epsilon), delta)).toBeLessThan(1e-7);
    }
    expect(composed.epsilonAt(1e-9)).toBe(Infinity);
    // Beyond the largest sum only infinite losses are left.
    for (const epsilon of [12, 13, 1e4])
      expect(relativeError(composed.deltaAt(epsilon), -Math.expm1(times * Math.log1p(-1e-9)))).toBeLessThan(
        1e-12,
      );
    expect(relativeError(composed.curveNear(0.1)(5), composed.deltaAt(5))).toBeLessThan(1e-7);
    const finite = new ComposedLoss([{ loss: { ...loss, infinite: 0 }, times }], step);
    expect(finite.epsilonAt(0)).toBe(Infinity);
    expect(finite.epsilonAt(finite.deltaAt(0) * 1.01)).toBe(0);
  });

  it('may be hundreds, in steps as large, and impossible at both ends', () => {
    const [step, q] = [400, 1e-5];
    // 400 or −400, so that three are 1,200 with the probability (1 − q)³.
    const loss = { step, first: -3, masses: Float64Array.of(0, 0, q, 0, 1 - q, 0, 0), infinite: 0 };
    const composed = new ComposedLoss([{ loss, times: 3 }], step);
    const most = (1 - q) ** 3;
    expect(relativeError(composed.deltaAt(500), most)).toBeLessThan(1e-12);
    expect(relativeError(composed.deltaAt(1_199), most * -Math.expm1(-1))).toBeLessThan(1e-12);
    // Sums of 400 count too, which need one of the others.
    expect(relativeError(composed.deltaAt(100), most + 3 * q * (1 - q) ** 2)).toBeLessThan(1e-12);
    expect([composed.deltaAt(1_200), composed.deltaAt(1_300)]).toEqual([0, 0]);
    const shifted = new ComposedLoss([{ loss: { ...loss, first: 4 }, times: 2 }], step);
    expect(relativeError(shifted.deltaAt(0), 1)).toBeLessThan(1e-12);
    expect(relativeError(shifted.deltaAt(6_000), (1 - q) ** 2)).toBeLessThan(1e-12);
  });

  it('of two kinds are sums over both', () => {
    const step = 0.25;
    const coin = (p: number, size: number) => {
      const masses = new Float64Array(2 * size + 1);
      [masses[0], masses[2 * size]] = [1 - p, p];
      return { step, first: -size, masses, infinite: 0 };
    };
    // Losses of ±1 with 0.7 and of ±2 with 0.9: 3, 1, −1, −3.
    const parts = [
      { loss: coin(0.7, 4), times: 1 },
      { loss: coin(0.9, 8), times: 1 },
    ];
    const composed = new ComposedLoss(parts, step);
    const [three, one] = [0.7 * 0.9, 0.3 * 0.9];
    for (const epsilon of [0, 0.5, 0.99, 1, 2, 2.75])
      expect(
        relativeError(
          composed.deltaAt(epsilon),
          three * -Math.expm1(epsilon - 3) + one * Math.max(0, -Math.expm1(epsilon - 1)),
        ),
      ).toBeLessThan(1e-10);
    for (const delta of [0.65, 0.7]) {
      const epsilon = Math.log((three + one - delta) / (three * Math.exp(-3) + one * Math.exp(-1)));
      expect(relativeError(composed.epsilonAt(delta), epsilon)).toBeLessThan(1e-9);
    }
  });
});
