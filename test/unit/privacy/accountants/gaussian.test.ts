import {
  gaussianDelta,
  gaussianEpsilon,
  gaussianMu,
  truePositives,
} from '@murmuration/privacy/accountants/gaussian';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publishedCase, publishedCases, relativeError } from '../vectors.ts';

/** μ, ε, δ: computed with 60 digits (mpmath) from Balle & Wang 2018, Theorem 8. */
const curve = [
  [1, 1, 0.12693673750664394],
  [0.01, 0.01, 0.0008373242674773423],
  [0.0001, 0.0001, 8.33196363992521e-6],
  [0.05, 0.3, 9.08033996640092e-12],
  [1, 8, 3.6508216874217905e-15],
  [4, 30, 7.77462560605894e-9],
  [0.5, 3.9, 1.3117712680351703e-15],
  [20, 100, 0.9999996146685565],
  [20, 300, 2.2727748823194894e-7],
  [100, 5000, 0.4960109760186432],
  [1, 0, 0.3829249225480262],
  [0.001, 0, 0.0003989422637788383],
  [3, 60, 1.4338597021611082e-77],
  [12, 10, 0.999999789477101],
  [100, 100, 1],
  [0.1, 0, 0.039877611676744924],
  [0.101, 0.02, 0.03137651585443806],
  [0.0999, 0.02, 0.030942516154570616],
] as const;

/** μ, δ, ε: the same, solved for ε. */
const epsilons = [
  [1, 1e-15, 8.165579695504254],
  [0.1, 1e-15, 0.7432983970035717],
  [0.01, 1e-6, 0.03367378013080648],
  [10, 1e-12, 119.58840871231337],
  [0.3, 1e-5, 1.131774896640895],
  [50, 1e-10, 1567.1258274830273],
  [1, 1e-300, 37.44884791213911],
  [2, 0.5, 1.0542645598853919],
  [0.01, 1e-3, 0.009048072593038798],
] as const;

describe('the exact curve of Gaussian noise', () => {
  it.each(curve)('at μ = %d and ε = %d has its δ', (mu, epsilon, delta) => {
    expect(relativeError(gaussianDelta(mu, epsilon), delta)).toBeLessThan(1e-10);
  });

  it.each(epsilons)('at μ = %d and δ = %d has its ε', (mu, delta, epsilon) => {
    expect(relativeError(gaussianEpsilon(mu, delta), epsilon)).toBeLessThan(1e-12);
    expect(relativeError(gaussianMu(epsilon, delta), mu)).toBeLessThan(1e-12);
  });

  it('leads to the same place both ways', () => {
    const logs = fc.double({ min: -4, max: 2, noNaN: true });
    fc.assert(
      fc.property(logs, fc.double({ min: -15, max: -1, noNaN: true }), (logEpsilon, logDelta) => {
        const [epsilon, delta] = [10 ** logEpsilon, 10 ** logDelta];
        const mu = gaussianMu(epsilon, delta);
        expect(relativeError(gaussianDelta(mu, epsilon), delta)).toBeLessThan(1e-6);
        expect(relativeError(gaussianEpsilon(mu, delta), epsilon)).toBeLessThan(1e-6);
      }),
    );
  });

  it('ends where it has to', () => {
    expect(gaussianDelta(0, 0)).toBe(0);
    expect(gaussianDelta(0, 1)).toBe(0);
    expect(gaussianDelta(Infinity, 3)).toBe(1);
    expect(gaussianDelta(Infinity, Infinity)).toBe(0);
    expect(gaussianEpsilon(0, 0)).toBe(0);
    expect(gaussianEpsilon(0, 1e-9)).toBe(0);
    expect(gaussianEpsilon(1, 0)).toBe(Infinity);
    expect(gaussianEpsilon(Infinity, 1e-9)).toBe(Infinity);
    // One δ covers all of it.
    expect(gaussianEpsilon(0.1, 0.2)).toBe(0);
  });

  /** μ, wrongly accused, found: computed with 60 digits (mpmath). */
  it.each([
    [1, 0.1, 0.389143691645361],
    [0.5, 0.01, 0.03389893912284278],
    [2, 0.8, 0.9977557608648847],
    [10, 1e-9, 0.9999686209621372],
    [0, 0.3, 0.3],
  ])('of μ = %d, with %d wrongly accused, lets a test find the share %d', (mu, accused, found) => {
    expect(relativeError(truePositives(mu, accused), found)).toBeLessThan(1e-13);
    if (accused === 0.1) expect(truePositives(mu)).toBe(truePositives(mu, accused));
  });

  it.each(publishedCases('gaussian-mechanism').map(({ id }) => id))('calibrates as %s', id => {
    const { inputs, expected } = publishedCase<
      { epsilon: number; delta: number; sensitivity: number },
      { sigma: number }
    >(id);
    const sigma = inputs.sensitivity / gaussianMu(inputs.epsilon, inputs.delta);
    expect(relativeError(sigma, expected.sigma)).toBeLessThan(1e-6);
  });

  it('calibrates at a large δ as gdp-sigma-3', () => {
    const { inputs, expected } = publishedCase<{ epsilon: number; delta: number }, { sigma: number }>(
      'gdp-sigma-3',
    );
    expect(Math.abs(1 / gaussianMu(inputs.epsilon, inputs.delta) - expected.sigma)).toBeLessThan(1e-7);
  });

  it('composes three releases as gdp-pld-gauss', () => {
    const { inputs, expected } = publishedCase<
      { noise_multiplier: number; count: number; epsilon: number },
      { delta: number; tpr_at_fpr_0: number; mu: number } & Record<string, number>
    >('gdp-pld-gauss');
    const mu = Math.sqrt(inputs.count) / inputs.noise_multiplier;
    expect(mu).toBeCloseTo(expected.mu, 12);
    expect(Math.abs(gaussianDelta(mu, inputs.epsilon) - expected.delta)).toBeLessThan(1e-6);
    expect(Math.abs(truePositives(mu, 0.1) - expected['tpr_at_fpr_0.1']!)).toBeLessThan(1e-5);
  });

  it('needs less than the classical formula where that is proved, and more where it is not (flwr-run-localdp-sd)', () => {
    const { inputs, expected } = publishedCase<
      { sensitivity: number; epsilon: number; delta: number },
      { stddev: number }
    >('flwr-run-localdp-sd');
    const classical = (epsilon: number) => Math.sqrt(2 * Math.log(1.25 / inputs.delta)) / epsilon;
    expect(relativeError(inputs.sensitivity * classical(inputs.epsilon), expected.stddev)).toBeLessThan(
      1e-12,
    );
    expect(1 / gaussianMu(1, inputs.delta)).toBeLessThan(classical(1));
    // Beyond ε = 1 the formula has no proof, and spends more than it says.
    const mu = inputs.sensitivity / expected.stddev;
    expect(relativeError(gaussianEpsilon(mu, inputs.delta), 10.393882382127222)).toBeLessThan(1e-6);
  });
});
