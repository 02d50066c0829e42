import { renyiOf } from '@murmuration/privacy/accountants/account';
import { gaussianDelta, gaussianEpsilon } from '@murmuration/privacy/accountants/gaussian';
import { sampledGaussianRenyi } from '@murmuration/privacy/accountants/gaussian-renyi';
import { renyiDelta, renyiEpsilon, standardOrders } from '@murmuration/privacy/accountants/renyi';
import { describe, expect, it } from 'vitest';
import { publishedCase, relativeError } from '../vectors.ts';
import { renyiBySeries } from './series.ts';

const gaussianRenyi = (noiseMultiplier: number) => renyiOf({ kind: 'gaussian', noiseMultiplier });

/** Orders of TensorFlow Privacy's older accountant. */
const olderOrders = [
  1.25,
  1.5,
  1.75,
  2,
  2.25,
  2.5,
  3,
  3.5,
  4,
  4.5,
  ...Array.from({ length: 59 }, (_, i) => 5 + i),
  128,
  256,
  512,
];

function epsilonOf(
  probability: number,
  noiseMultiplier: number,
  times: number,
  delta: number,
  orders = standardOrders,
) {
  const once = sampledGaussianRenyi(probability, noiseMultiplier);
  return renyiEpsilon(order => times * once(order), delta, orders);
}

describe('Rényi divergence of the sampled Gaussian mechanism', () => {
  // Computed with 40 digits (mpmath), by quadrature.
  it.each([
    [0.01, 2.5, 1.5, 0.0006500708971880397 / 50],
    [0.01, 2.5, 2.5, 0.0010854180569181242 / 50],
    [0.01, 0.35, 1.6, 5.172995340478747 / 120],
  ])('with q = %d, σ = %d, α = %d is the integral', (q, sigma, order, expected) => {
    expect(relativeError(sampledGaussianRenyi(q, sigma)(order), expected)).toBeLessThan(1e-11);
  });

  it('is the series of its terms with their signs, for fractional and for whole orders', () => {
    for (const q of [0.001, 0.01, 0.2])
      for (const sigma of [0.8, 1, 4])
        for (const order of [1.3, 1.5, 2, 2.5, 3.7, 6, 9.1, 20])
          expect(
            relativeError(sampledGaussianRenyi(q, sigma)(order), renyiBySeries(q, sigma, order)),
          ).toBeLessThan(1e-7);
  });

  it('has no steps between fractional and whole orders, and none at tiny probabilities', () => {
    for (const [q, sigma] of [
      [1e-6, 1],
      [1e-9, 5],
      [1e-4, 1],
      [3e-4, 2],
      [0.3, 0.2],
      [0.3, 0.1],
      [0.999, 2],
    ] as const)
      for (const order of [2, 5, 63]) {
        const renyi = sampledGaussianRenyi(q, sigma);
        expect(relativeError(renyi(order + 1e-10), renyi(order))).toBeLessThan(1e-9);
      }
    // q² (exp(1/σ²) − 1) α / 2 is the first term.
    const expected = (1e-9 ** 2 * Math.expm1(1 / 25) * 2) / 2;
    expect(relativeError(sampledGaussianRenyi(1e-9, 5)(2), expected)).toBeLessThan(1e-7);
  });

  it('is that of Gaussian noise where everybody is drawn', () => {
    const { inputs, expected } = publishedCase<{ noise_multiplier: number; order: number }, { rdp: number }>(
      'gdp-rdp-gauss',
    );
    expect(relativeError(gaussianRenyi(inputs.noise_multiplier)(inputs.order), expected.rdp)).toBeLessThan(
      1e-12,
    );
    const nearly = sampledGaussianRenyi(1 - 1e-15, inputs.noise_multiplier)(inputs.order);
    expect(relativeError(nearly, expected.rdp)).toBeLessThan(1e-12);
  });

  it('is that of gdp-rdp-poisson for whole orders, and below its upper bound for others', () => {
    const { inputs, expected } = publishedCase<
      { q: number; noise_multiplier: number; count: number; orders: number[] },
      { rdp: number[] }
    >('gdp-rdp-poisson');
    const { q, noise_multiplier: sigma, count, orders } = inputs;
    for (const [i, order] of orders.entries()) {
      const published = expected.rdp[i]!;
      const ours = count * sampledGaussianRenyi(q, sigma)(order);
      if (Number.isInteger(order)) expect(relativeError(ours, published)).toBeLessThan(1e-6);
      else {
        expect(ours).toBeLessThan(published);
        const bound = count * renyiBySeries(q, sigma, order, true);
        expect(relativeError(bound, published)).toBeLessThan(1e-4);
      }
    }
  });
});

describe('ε by Rényi differential privacy', () => {
  it.each([
    ['tfp-dpsgd-60000', olderOrders],
    ['tfp-dpsgd-100000', olderOrders],
    ['tfp-dpsgd-100000000', olderOrders],
  ] as const)('is that of %s', (id, orders) => {
    const { inputs, expected } = publishedCase<
      Record<'n' | 'batch' | 'noise_multiplier' | 'epochs' | 'delta', number>,
      { epsilon: number; optimal_order: number }
    >(id);
    const { n, batch, epochs } = inputs;
    const found = epsilonOf(
      batch / n,
      inputs.noise_multiplier,
      Math.ceil((epochs * n) / batch),
      inputs.delta,
      orders,
    );
    expect(relativeError(found.value, expected.epsilon)).toBeLessThan(1e-6);
    expect(found.order).toBe(expected.optimal_order);
  });

  it.each(['gdp-run-rdp-0.01-1.0-1000', 'gdp-run-rdp-0.001-0.8-2000'])('is that of %s', id => {
    const { inputs, expected } = publishedCase<
      Record<'q' | 'noise_multiplier' | 'rounds' | 'delta', number>,
      { epsilon: number }
    >(id);
    const { value } = epsilonOf(inputs.q, inputs.noise_multiplier, inputs.rounds, inputs.delta);
    expect(relativeError(value, expected.epsilon)).toBeLessThan(1e-6);
  });

  it('is that of opacus-rdp', () => {
    const { inputs, expected } = publishedCase<
      Record<'q' | 'noise_multiplier' | 'steps' | 'delta', number>,
      { epsilon: number }
    >('opacus-rdp');
    const orders = standardOrders.filter(order => order !== 11 && order < 64);
    const { value } = epsilonOf(inputs.q, inputs.noise_multiplier, inputs.steps, inputs.delta, orders);
    expect(relativeError(value, expected.epsilon)).toBeLessThan(1e-6);
  });

  it('is below tfp-dpsgd-example-d, which is that of its upper bound', () => {
    const { inputs, expected } = publishedCase<
      Record<'q' | 'noise_multiplier' | 'epochs' | 'delta', number>,
      { epsilon: number }
    >('tfp-dpsgd-example-d');
    // Microbatches halve the noise; a part is 1 / q steps.
    const [sigma, steps] = [inputs.noise_multiplier / 2, Math.ceil(inputs.epochs / inputs.q)];
    expect(epsilonOf(inputs.q, sigma, steps, inputs.delta).value).toBeLessThan(expected.epsilon);
    const bound = renyiEpsilon(
      order => steps * renyiBySeries(inputs.q, sigma, order, true),
      inputs.delta,
      [1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2],
    );
    expect(relativeError(bound.value, expected.epsilon)).toBeLessThan(1e-6);
  });

  it('is that of gdp-eps-pure for the same divergence at every order', () => {
    const { inputs, expected } = publishedCase<
      { rdp_each: number; delta: number },
      { epsilon: number; optimal_order: number }
    >('gdp-eps-pure');
    const orders = Array.from({ length: 31 }, (_, i) => 2 + i);
    const found = renyiEpsilon(() => inputs.rdp_each, inputs.delta, orders);
    expect(Math.abs(found.value - expected.epsilon)).toBeLessThan(1e-7);
    expect(found.order).toBe(expected.optimal_order);
  });

  it('is above the exact curve, and so is δ', () => {
    for (const mu of [0.05, 0.3, 1, 4])
      for (const delta of [1e-3, 1e-6, 1e-12]) {
        const renyi = gaussianRenyi(1 / mu);
        const epsilon = renyiEpsilon(renyi, delta).value;
        expect(epsilon).toBeGreaterThanOrEqual(gaussianEpsilon(mu, delta));
        expect(renyiDelta(renyi, 1).value).toBeGreaterThanOrEqual(gaussianDelta(mu, 1));
        if (epsilon > 0) expect(relativeError(renyiDelta(renyi, epsilon).value, delta)).toBeLessThan(1e-9);
      }
  });

  it('is nothing for nothing, and for a δ that covers all', () => {
    expect(renyiEpsilon(() => 0, 1e-9).value).toBe(0);
    expect(renyiEpsilon(gaussianRenyi(100), 0.1).value).toBe(0);
    expect(renyiDelta(() => 0, 0).value).toBe(0);
    expect(renyiEpsilon(() => 0, 0).value).toBe(0);
    expect(renyiEpsilon(() => Infinity, 0.5)).toEqual({ value: Infinity, order: Number.NaN });
  });

  it('takes the smallest order of those that are as good', () => {
    expect(renyiEpsilon(() => 0, 1e-9).order).toBe(1.1);
    expect(renyiDelta(() => 0, 0, [3, 2]).order).toBe(3);
  });

  it('ends where δ covers the total variation distance √(1 − exp(−ρ))', () => {
    const rho = 0.01;
    const distance = Math.sqrt(-Math.expm1(-rho));
    expect(renyiEpsilon(() => rho, distance * (1 + 1e-9), [2]).value).toBe(0);
    // ρ + ln ½ − ln 2δ
    const delta = distance * (1 - 1e-9);
    expect(renyiEpsilon(() => rho, delta, [2]).value).toBeCloseTo(rho - Math.LN2 - Math.log(2 * delta), 12);
    expect(relativeError(renyiDelta(() => 1e-20, 0).value, 1e-10)).toBeLessThan(1e-12);
    expect(relativeError(renyiDelta(() => rho, 3, [2]).value, Math.exp(rho - 3) / 4)).toBeLessThan(1e-12);
  });
});
