import { mixtureCells, stepFor } from '@murmuration/privacy/accountants/mixture-loss';
import { lossOf, reverseLossOf } from '@murmuration/privacy/accountants/privacy-loss';
import { upperTail } from '@murmuration/privacy/numerics/normal';
import { describe, expect, it } from 'vitest';
import { relativeError } from '../vectors.ts';

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

describe('the step of the grid', () => {
  it.each([
    // Of the range of losses, ±9.8 standard deviations: (1 + 2 · 9.8 σ) / σ² / 2¹⁶.
    [[{ sigma: 1, probability: 1 }], 20.6 / 2 ** 16],
    [[{ sigma: 0.5, probability: 1 }], (10.8 * 4) / 2 ** 16],
    // Of the root mean square of the losses of Gaussian noise, √(σ⁻² + σ⁻⁴ / 4).
    [[{ sigma: 1_000, probability: 1 }], Math.sqrt(1e-6 + 1e-12 / 4) / 64],
    // At most 2 · 10⁻⁴.
    [[{ sigma: 10, probability: 1 }], 2e-4],
    // The smallest of what is wanted, unless another one has too large a range for it.
    [
      [
        { sigma: 10, probability: 1 },
        { sigma: 1_000, probability: 1 },
      ],
      Math.max(Math.sqrt(1e-6 + 1e-12 / 4) / 64, 197 / 100 / 2 ** 16),
    ],
    [
      [
        { sigma: 1, probability: 1 },
        { sigma: 1_000, probability: 1 },
      ],
      20.6 / 2 ** 16,
    ],
  ])('for %j is %d', (mixtures, expected) => {
    expect(relativeError(stepFor(...mixtures), expected)).toBeLessThan(1e-9);
  });

  it('is smaller where devices are seldom drawn', () => {
    // The variance of the loss is near q² (exp(1/σ²) − 1).
    const [q, sigma] = [1e-3, 5];
    const expected = (q * Math.sqrt(Math.expm1(sigma ** -2))) / 64;
    expect(relativeError(stepFor({ sigma, probability: q }), expected)).toBeLessThan(0.01);
  });
});

describe('cells of a mixture', () => {
  it.each([
    [1, 1],
    [0.3, 0.8],
    [0.001, 2],
    [0.9, 30],
  ])('hold all of both distributions, in the ratio of their cuts (q = %d, σ = %d)', (probability, sigma) => {
    const mixture = { sigma, probability };
    const step = 4 * stepFor(mixture);
    const { first, upper, lower, beyond, before } = mixtureCells(mixture, step);
    expect(sum(upper) + beyond + before.upper).toBeCloseTo(1, 12);
    expect(sum(lower) + before.lower).toBeCloseTo(1, 12);
    // Nothing to speak of is beyond 9.8 standard deviations.
    for (const tail of [beyond, before.upper, before.lower]) expect(tail).toBeLessThan(1e-20);
    expect(beyond).toBeGreaterThan(0);
    const wrong = Array.from(upper, (mass, i) => Math.log(mass / lower[i]!) / step - first - i).filter(
      (places, i) => lower[i]! > 1e-18 && !(places > -1e-3 && places < 1 + 1e-3),
    );
    expect(wrong).toEqual([]);
    // The last cells keep their digits.
    const tail = (x: number) =>
      probability * upperTail((x - 1) / sigma) + (1 - probability) * upperTail(x / sigma);
    const cut = (loss: number) => sigma ** 2 * Math.log1p(Math.expm1(loss) / probability) + 0.5;
    const end = first + upper.length;
    const expected = tail(cut((end - 9) * step)) - tail(cut((end - 1) * step));
    expect(relativeError(sum(upper.subarray(-9, -1)), expected)).toBeLessThan(1e-6);
  });
});

describe('losses of cells', () => {
  const half = Math.LN2 / 2;
  // Cuts at losses of −2, 0 and 2 steps of ln 2 / 2 each … from two to one half.
  const cells = {
    step: 2 * half,
    first: -1,
    upper: Float64Array.of(0.2, 0.5),
    lower: Float64Array.of(0.3, 0.35),
    beyond: 0.125,
    before: { upper: 0.175, lower: 0.35 },
  };

  it('keep the probabilities under both distributions', () => {
    const { step, first, masses, infinite } = lossOf(cells);
    expect([step, first, infinite]).toEqual([Math.LN2, -1, 0.125]);
    // At ½ and 1: a + b = 0.2, 2a + b = 0.3; at 1 and 2: a + b = 0.5, a + b/2 = 0.35.
    for (const [i, mass] of [0.1 + 0.175, 0.1 + 0.2, 0.3].entries()) expect(masses[i]).toBeCloseTo(mass, 14);
    expect(masses).toHaveLength(3);
  });

  it('turned around are those of the second distribution against the first', () => {
    const { step, first, masses, infinite } = reverseLossOf(cells);
    expect([step, first, infinite]).toEqual([Math.LN2, -1, 0.35]);
    // Twice the mass at a loss of ln 2 is the first distribution's there, and so on.
    for (const [i, mass] of [0.15 + 0.125, 0.2 + 0.1, 0.2].entries()) expect(masses[i]).toBeCloseTo(mass, 14);
  });

  it('are within their cell where rounding would put them outside of it', () => {
    const outside = { ...cells, upper: Float64Array.of(0.2, 0.5), lower: Float64Array.of(0.5, 0.1) };
    const { masses } = lossOf(outside);
    for (const [i, mass] of [0.2 + 0.175, 0, 0.5].entries()) expect(masses[i]).toBeCloseTo(mass, 14);
  });
});
