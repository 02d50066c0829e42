import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Rational, rootOf } from '../numerics/rational.ts';
import type { Bits } from './bits.ts';

/**
 * Exact samplers on whole numbers (Canonne, Kamath & Steinke 2020, Algorithms 1 to 3): no floating-point number, so that what is proved of the
 * distribution holds for what is drawn. How long they take depends on what they draw; `InversionTable` takes the same time for every number.
 */

/** Whether something of that probability, from 0 to 1, happens. */
export const bernoulli = (bits: Bits, { numerator, denominator }: Rational): boolean =>
  bits.below(denominator) < numerator;

const one = { numerator: 1n, denominator: 1n };

/** Whether something of the probability exp(−γ) happens, γ ≥ 0 (Algorithm 1). */
export function bernoulliExp(bits: Bits, gamma: Rational): boolean {
  const { numerator, denominator } = gamma;
  if (numerator <= denominator) {
    let k = 1n;
    while (bernoulli(bits, { numerator, denominator: denominator * k })) k += 1n;
    return k % 2n === 1n;
  }
  for (let whole = numerator / denominator; whole > 0n; whole -= 1n)
    if (!bernoulliExp(bits, one)) return false;
  return bernoulliExp(bits, { numerator: numerator % denominator, denominator });
}

/** A whole number x with a probability in proportion to exp(−|x| / scale) (Algorithm 2). */
export function discreteLaplace(bits: Bits, { numerator: t, denominator: s }: Rational): bigint {
  for (;;) {
    const u = bits.below(t);
    if (!bernoulliExp(bits, { numerator: u, denominator: t })) continue;
    let v = 0n;
    while (bernoulliExp(bits, one)) v += 1n;
    const magnitude = (u + t * v) / s;
    const isNegative = bits.bit() === 1;
    if (isNegative && magnitude === 0n) continue;
    return isNegative ? -magnitude : magnitude;
  }
}

/**
 * A whole number x with a probability in proportion to exp(−x² / 2σ²) (Algorithm 3), of `variance` σ² > 0.
 * @throws MurmurationError `config.invalid` for another.
 */
export function discreteGaussian(bits: Bits, variance: Rational): bigint {
  const { numerator: a, denominator: d } = variance;
  if (a <= 0n)
    throw new MurmurationError('config.invalid', 'The variance of a discrete Gaussian is above 0.');
  const t = rootOf(a / d) + 1n;
  for (;;) {
    const y = discreteLaplace(bits, { numerator: t, denominator: 1n });
    const magnitude = y < 0n ? -y : y;
    // (|y| − σ²/t)² / 2σ², σ² = a/d.
    const off = magnitude * t * d - a;
    if (bernoulliExp(bits, { numerator: off * off, denominator: 2n * a * d * t * t })) return y;
  }
}
