import { expOfMinus, type Rational } from '../numerics/rational.ts';

/** Relative probabilities of integers, to a number of bits: those of `first`, `first` + 1 … */
export interface Weights {
  readonly first: number;
  readonly weights: readonly bigint[];
  /** Maximum error of any sum of successive weights, from −∞ to any number. */
  readonly error: bigint;
}

/** Computes the weights of a distribution, the largest of them near 2^bits. */
export type WeightsOf = (bits: number) => Weights;

/**
 * Weights of a Poisson distribution, from its mode to both sides by wₖ₊₁ = wₖ λ / (k + 1), so that exp(−λ) is
 * not needed.
 */
export const poissonWeights =
  ({ numerator, denominator }: Rational): WeightsOf =>
  bits => {
    const mode = numerator / denominator;
    const top = 1n << BigInt(bits);
    const above: bigint[] = [];
    for (let [k, weight] = [mode, top]; weight > 0n; k += 1n) {
      above.push(weight);
      weight = (weight * numerator) / (denominator * (k + 1n));
    }
    const below: bigint[] = [];
    for (let [k, weight] = [mode, top]; k > 0n; k -= 1n) {
      weight = (weight * denominator * k) / numerator;
      if (weight === 0n) break;
      below.push(weight);
    }
    const weights = [...below.reverse(), ...above];
    // Each step rounds down by less than 1, and factors are at most 1. Where weights end they are below 1 +
    // count, and shrink from there on by factors that add up to less than the largest number that has a
    // weight.
    const count = BigInt(weights.length);
    const largest = mode + BigInt(above.length) + 1n;
    return {
      first: Number(mode) - below.length,
      weights,
      error: count * count + 2n * (count + 1n) * largest,
    };
  };

/** Weights exp(−x² / 2σ²) of integers x; the argument is σ². */
export const gaussianWeights =
  ({ numerator, denominator }: Rational): WeightsOf =>
  bits => {
    const scale = BigInt(bits);
    // wₓ₊₁ = wₓ q^(2x + 1), q = exp(−1 / 2σ²).
    const q = expOfMinus({ numerator: denominator, denominator: 2n * numerator }, bits);
    const squared = (q * q) >> scale;
    const half: bigint[] = [];
    for (let [weight, ratio] = [1n << scale, q]; weight > 0n; ratio = (ratio * squared) >> scale) {
      half.push(weight);
      weight = (weight * ratio) >> scale;
    }
    const weights = [...half.slice(1).reverse(), ...half];
    // Ratios are within 4x + 4, weights within the sum of those; beyond the last they shrink by at least q,
    // half of them within 2σ² numbers.
    const count = BigInt(weights.length);
    const rest = (4n * numerator) / denominator + 4n;
    const each = 4n * count * count + 4n;
    return { first: 1 - half.length, weights, error: (count + rest) * each };
  };
