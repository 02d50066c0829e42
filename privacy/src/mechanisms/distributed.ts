import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { root } from '../numerics/root.ts';

/**
 * Noise that devices add to what they mask, so that no party sees the sum without it: Skellam (Agarwal et al.
 * 2021) or discrete Gaussian (Kairouz et al. 2021), in integers of the ring. It is independent from release
 * to release.
 */
export interface Distributed {
  readonly kind: 'skellam' | 'discreteGaussian';
  /** Variance of the noise that one device adds to each value, in squared units of the ring. */
  readonly perDevice: number;
  /**
   * Devices whose noise is surely in the sum: those of the smallest sum that is released, less those that may
   * leave theirs out. Noise sized for an expected number of devices is too small whenever some are lost.
   */
  readonly quorum: number;
  /** Largest norm of a contribution before it is rounded, in units of the ring. */
  readonly clip: number;
  /** Values of a contribution. */
  readonly values: number;
  /**
   * β: bound on the bias of conditional rounding towards small norms; exp(−½), as in the papers, by default.
   */
  readonly bias?: number;
  /**
   * Contributions are integers of the ring already, such as counts: nothing is rounded, and `clip` is their
   * largest norm.
   */
  readonly whole?: true;
}

const standardBias = Math.exp(-0.5);

/** Largest norms of a contribution after rounding. */
export interface RoundedNorm {
  readonly l2: number;
  readonly l1: number;
}

/**
 * Limit of conditional rounding, and the norms that follow from it for integers (Kairouz, Liu & Steinke 2021,
 * Theorem 1; ‖x‖₁ ≤ √d ‖x‖₂ and ≤ ‖x‖₂²).
 */
export function roundedNorm(clip: number, values: number, bias = standardBias): RoundedNorm {
  const always = clip + Math.sqrt(values);
  // Infinite for a bias of 0.
  const often = Math.sqrt(
    clip ** 2 + values / 4 + Math.sqrt(-2 * Math.log(bias)) * (clip + Math.sqrt(values) / 2),
  );
  const l2 = Math.min(always, often);
  return { l2, l1: Math.min(Math.sqrt(values) * l2, l2 * l2) };
}

/** Largest norms of a contribution in the ring (for integers, ‖x‖₁ ≤ ‖x‖₂²). */
export function normsOf({ clip, values, bias, whole }: Omit<Distributed, 'perDevice'>): RoundedNorm {
  if (!whole) return roundedNorm(clip, values, bias);
  return { l2: clip, l1: Math.min(Math.sqrt(values) * clip, clip ** 2) };
}

/**
 * Distance in Rényi divergence of a sum of discrete Gaussians with this variance σ² from a discrete Gaussian
 * (Kairouz, Liu & Steinke 2021, τ of Theorem 1): 10 Σ exp(−2π²σ² k/(k + 1)), k from 1 to devices − 1.
 */
export function gaussianSumDistance(devices: number, variance: number): number {
  let sum = 0;
  for (let k = 1; k < devices; k++) sum += Math.exp(-2 * Math.PI ** 2 * variance * (k / (k + 1)));
  return 10 * sum;
}

/** @throws MurmurationError `config.invalid` for numbers out of range. */
export function requireDistributed({
  perDevice,
  quorum,
  clip,
  values,
  bias = standardBias,
}: Distributed): void {
  const wrong = (name: string, range: string, value: number) =>
    new MurmurationError('config.invalid', `${name} is ${range}; found ${value}.`);
  if (!(perDevice >= 0 && Number.isFinite(perDevice)))
    throw wrong('The variance of the noise of a device', '0 or more', perDevice);
  if (!(Number.isSafeInteger(quorum) && quorum >= 1))
    throw wrong('The quorum of devices that add noise', 'a whole number from 1 on', quorum);
  if (!(clip > 0 && Number.isFinite(clip))) throw wrong('clip', 'above 0', clip);
  if (!(Number.isSafeInteger(values) && values >= 1))
    throw wrong('values', 'a whole number from 1 on', values);
  if (!(bias >= 0 && bias < 1)) throw wrong('bias', 'from 0 to less than 1', bias);
}

/** Sum that a ring must hold. */
export interface RingNeeds {
  /** Maximum devices in a sum. */
  readonly devices: number;
  /** Largest magnitude of one value of one device, in units of the ring. */
  readonly largest: number;
  /** Variance of the noise of all devices in each value. */
  readonly variance: number;
  readonly values: number;
  /** Probability that noise takes some value of a sum beyond the ring; 2⁻⁴⁰ by default. */
  readonly failure?: number;
}

/**
 * Bits of the ring that holds sums with their noise; if noise wraps around, a value is wrong by the whole
 * range. Uses Chernoff's bound of Skellam noise ln P(X ≥ t) ≤ V (cosh s − 1) − st, s = arsinh(t / V), which
 * also holds for discrete Gaussians.
 * @throws MurmurationError `config.invalid` if 32 bits are too few.
 */
export function ringWidth({ devices, largest, variance, values, failure = 2 ** -40 }: RingNeeds): number {
  const logEach = Math.log(failure / (2 * values));
  const excess = (t: number) => {
    const s = Math.asinh(t / variance);
    // cosh s − 1, without cancellation for small s.
    return 2 * variance * Math.sinh(s / 2) ** 2 - s * t - logEach;
  };
  const above = Math.sqrt(-2 * variance * logEach) - 2 * logEach + 1;
  const noise = variance === 0 ? 0 : root(excess, 0, above, 1e-6);
  const bound = devices * largest + Math.ceil(noise);
  const width = Math.max(2, Math.ceil(Math.log2(2 * bound + 1)));
  if (width > 32)
    throw new MurmurationError(
      'config.invalid',
      `Sums of ${devices} devices with their noise reach ±${bound}, which takes ${width} bits; the ring has at most 32. Use fewer bits a value, fewer levels of a query, or less noise a device.`,
    );
  return width;
}
