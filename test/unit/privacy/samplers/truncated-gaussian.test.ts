import { gaussianWeights } from '@murmuration/privacy/samplers/weights';
import { describe, expect, it } from 'vitest';
import { mechanismCase } from '../vectors.ts';

interface TruncatedCase {
  readonly deltaForEpsilon: readonly {
    readonly sigma: number;
    readonly sens: number;
    readonly trunc: number;
    readonly q: number;
    readonly adj: 'both' | 'add' | 'remove';
    readonly eps: readonly number[];
    readonly delta: readonly number[];
  }[];
  readonly std: readonly { readonly sigma: number; readonly trunc: number; readonly std: number }[];
  readonly cdf: readonly {
    readonly sigma: number;
    readonly trunc: number;
    readonly cdf: Readonly<Record<string, number>>;
  }[];
  readonly calibration: readonly {
    readonly sens: number;
    readonly eps: number;
    readonly delta: number;
    readonly sigma: number;
  }[];
}

const published = mechanismCase<TruncatedCase>('discrete-gaussian-pld');

/** Probabilities of whole numbers as our sampler has them, of numbers up to `trunc` from 0 only. */
function chances(sigma: number, trunc = Infinity): (x: number) => number {
  const variance = { numerator: BigInt(Math.round(1e6 * sigma * sigma)), denominator: 1_000_000n };
  const { first, weights } = gaussianWeights(variance)(96);
  const kept = weights.map((weight, i) => (Math.abs(first + i) <= trunc ? Number(weight) : 0));
  const all = kept.reduce((sum, weight) => sum + weight, 0);
  return x => (kept[x - first] ?? 0) / all;
}

/** δ(ε) = Σ max(0, P − exp(ε) Q), of a contribution that is drawn with the probability q against none, or the other way round. */
function deltaOf(
  of: (x: number) => number,
  { sens, q, isReverse }: { readonly sens: number; readonly q: number; readonly isReverse: boolean },
  epsilon: number,
): number {
  let delta = 0;
  for (let x = -200; x <= 200; x++) {
    const [none, mixed] = [of(x), (1 - q) * of(x) + q * of(x - sens)];
    const [p, other] = isReverse ? [none, mixed] : [mixed, none];
    delta += Math.max(0, p - Math.exp(epsilon) * other);
  }
  return delta;
}

describe('the discrete Gaussian, cut off', () => {
  it.each(published.cdf)(
    'has the published distribution at σ = $sigma up to $trunc',
    ({ sigma, trunc, cdf }) => {
      const of = chances(sigma, trunc);
      for (const [x, expected] of Object.entries(cdf)) {
        let sum = 0;
        for (let at = -trunc; at <= Number(x); at++) sum += of(at);
        expect(sum).toBeCloseTo(expected, 7);
      }
    },
  );

  it.each(published.std)(
    'has the published standard deviation at σ = $sigma up to $trunc',
    ({ sigma, trunc, std }) => {
      const of = chances(sigma, trunc);
      let variance = 0;
      for (let x = -trunc; x <= trunc; x++) variance += x * x * of(x);
      expect(Math.sqrt(variance)).toBeCloseTo(std, 6);
    },
  );

  it.each(published.deltaForEpsilon)('has the published δ at σ = $sigma, q = $q, $adj', given => {
    const of = chances(given.sigma, given.trunc);
    for (const [i, epsilon] of given.eps.entries())
      expect(deltaOf(of, { ...given, isReverse: given.adj === 'add' }, epsilon)).toBeCloseTo(
        given.delta[i]!,
        7,
      );
  });

  it.each(published.calibration)(
    'spends δ = $delta at ε = $eps with σ = $sigma, and more with less',
    given => {
      const spent = (sigma: number) =>
        deltaOf(chances(sigma), { ...given, q: 1, isReverse: false }, given.eps);
      expect(spent(given.sigma + 1e-3)).toBeLessThanOrEqual(given.delta);
      expect(spent(given.sigma - 2e-3)).toBeGreaterThan(given.delta);
    },
  );
});
