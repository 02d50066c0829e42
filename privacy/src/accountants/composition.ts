import { type Complex, multiplyPower, transform } from '../numerics/fourier.ts';
import { root } from '../numerics/root.ts';
import type { PrivacyLoss } from './privacy-loss.ts';

/** A loss, and how often it is suffered. */
export interface Suffered {
  readonly loss: PrivacyLoss;
  readonly times: number;
}

interface Cumulants {
  readonly log: number;
  readonly mean: number;
  readonly variance: number;
}

/**
 * The sum of independent losses. All computations are of losses tilted by exp(λ × loss), with the λ that puts what is asked for into the middle of the
 * distribution (as in the saddle-point accountant of Alghamdi et al. 2023), so that the Fourier transform's errors, which are as
 * large everywhere, are small beside it, whatever δ is.
 */
export class ComposedLoss {
  readonly #parts: readonly Suffered[];
  readonly #step: number;
  readonly #infinite: number;

  /** Parts have the same step; none of them is no loss at all. */
  constructor(parts: readonly Suffered[], step: number) {
    this.#parts = parts.map(({ loss, times }) => ({ loss: trimmed(loss), times }));
    this.#step = step;
    let logFinite = 0;
    for (const { loss, times } of parts) logFinite += times * Math.log1p(-loss.infinite);
    this.#infinite = -Math.expm1(logFinite);
  }

  /** δ at ε. */
  deltaAt(epsilon: number): number {
    if (this.#parts.length === 0) return 0;
    const tilt = this.#tiltWhere(tilt => this.#cumulants(tilt).mean - epsilon);
    return Math.min(1, this.#infinite + this.#tilted(tilt).delta(epsilon));
  }

  /** The least ε at δ; infinite where infinite losses are likelier than that. */
  epsilonAt(delta: number): number {
    if (this.#parts.length === 0) return 0;
    const left = delta - this.#infinite;
    if (left <= 0) return Infinity;
    const tilted = this.#tiltedNear(left);
    if (tilted.delta(0) <= left) return 0;
    return root(epsilon => Math.log(tilted.delta(epsilon) / left), 0, tilted.largest, 1e-12);
  }

  /** δ at every ε, with its digits where it is near `delta`. */
  curveNear(delta: number): (epsilon: number) => number {
    if (this.#parts.length === 0) return () => 0;
    const tilted = this.#tiltedNear(delta);
    return epsilon => this.#infinite + tilted.delta(epsilon);
  }

  /** Tilted by the λ of Chernoff's bound ln δ = K(λ) − λε at its best, ε = K′(λ). */
  #tiltedNear(delta: number): TiltedSum {
    const tilt = this.#tiltWhere(tilt => {
      const { log, mean } = this.#cumulants(tilt);
      return tilt * mean - log + Math.log(delta);
    });
    return this.#tilted(tilt);
  }

  /** Σ times × K(λ) and its first two derivatives, K the logarithm of the mean of exp(λ × loss), infinite losses left out. */
  #cumulants(tilt: number): Cumulants {
    let [log, mean, variance] = [0, 0, 0];
    for (const { loss, times } of this.#parts) {
      const { step, first, masses } = loss;
      // Beside the largest exponent, so that nothing overflows.
      const at = tilt >= 0 ? first + masses.length - 1 : first;
      const ratio = Math.exp(tilt * step);
      const refresh = Math.abs(tilt) * step > 0.1 ? 1 : 64;
      let [sum, sums, squares] = [0, 0, 0];
      let weight = 0;
      for (let i = 0; i < masses.length; i++) {
        // Powers by multiplication drift, and stay at 0; a new exponential now and then does not.
        weight = i % refresh === 0 ? Math.exp(tilt * step * (first + i - at)) : weight * ratio;
        const [value, mass] = [(first + i) * step, masses[i]! * weight];
        sum += mass;
        sums += mass * value;
        squares += mass * value * value;
      }
      const [one, two] = [sums / sum, squares / sum];
      log += times * (Math.log(sum) + tilt * step * at);
      mean += times * one;
      variance += times * Math.max(0, two - one * one);
    }
    return { log, mean, variance };
  }

  /** The λ, from 2⁻²⁰ to 2²⁰, at which an increasing function is zero, to three digits. */
  #tiltWhere(excess: (tilt: number) => number): number {
    let [low, high] = [0, 0];
    const at = (log: number) => excess(2 ** log);
    if (at(0) > 0) while (low > -20 && at(low) > 0) low -= 2;
    else while (high < 20 && at(high) < 0) high += 2;
    if (low === -20 && at(low) > 0) return 2 ** low;
    if (high === 20 && at(high) < 0) return 2 ** high;
    return 2 ** root(at, low, high, 1e-3);
  }

  #tilted(tilt: number): TiltedSum {
    const { log, mean, variance } = this.#cumulants(tilt);
    const step = this.#step;
    const reach = (side: 1 | -1) => this.#reachOf(side, tilt, { log, mean, variance });
    const first = Math.floor((mean - reach(-1)) / step) - 1;
    const size = 2 ** Math.max(4, Math.ceil(Math.log2((mean + reach(1)) / step + 2 - first)));
    const product: Complex = { real: new Float64Array(size).fill(1), imaginary: new Float64Array(size) };
    for (const { loss, times } of this.#parts) {
      const factor = tiltedPart(loss, tilt, size);
      transform(factor);
      multiplyPower(product, factor, times);
    }
    // Back: the transform of the conjugate.
    for (let i = 0; i < size; i++) product.imaginary[i] = -product.imaginary[i]!;
    transform(product);
    return new TiltedSum(product.real, { step, tilt, log, first });
  }

  /**
   * How far to a side of its mean the tilted sum gets, except for a probability of 10⁻¹⁴ beside what is asked for, by Chernoff's bound: what is farther
   * appears within by the circle of the transform.
   */
  #reachOf(side: 1 | -1, tilt: number, { log, mean, variance }: Cumulants): number {
    if (variance === 0) return this.#step;
    let least = Infinity;
    for (let scale = 12; scale > 1e-3; scale /= 2) {
      const t = (side * scale) / Math.sqrt(variance);
      const reach = (32 + this.#cumulants(tilt + t).log - log - t * mean) / scale;
      if (reach > least) break;
      least = reach;
    }
    return least * Math.sqrt(variance);
  }
}

/** Without the impossible losses at both ends. */
function trimmed(loss: PrivacyLoss): PrivacyLoss {
  const from = loss.masses.findIndex(mass => mass > 0);
  const to = loss.masses.findLastIndex(mass => mass > 0) + 1;
  return { ...loss, first: loss.first + from, masses: loss.masses.subarray(from, to) };
}

/** A loss with exp(λ × loss) in its probabilities, which add up to 1, on a circle of `size`. */
function tiltedPart({ step, first, masses }: PrivacyLoss, tilt: number, size: number): Complex {
  const real = new Float64Array(size);
  const at = tilt >= 0 ? masses.length - 1 : 0;
  const place = ((first % size) + size) % size;
  let sum = 0;
  for (let i = 0; i < masses.length; i++) {
    const mass = masses[i]! * Math.exp(tilt * step * (i - at));
    sum += mass;
    const to = (place + i) % size;
    real[to] = real[to]! + mass;
  }
  for (let i = 0; i < size; i++) real[i] = real[i]! / sum;
  return { real, imaginary: new Float64Array(size) };
}

interface Tilt {
  readonly step: number;
  readonly tilt: number;
  /** ln of what the tilted probabilities were divided by. */
  readonly log: number;
  /** The least loss that is told apart, in steps. */
  readonly first: number;
}

/** What a sum of tilted losses says of losses. */
class TiltedSum {
  /** Σ over losses s from that one on of their probability × exp(−λ (s − its loss)). */
  readonly #upper: Float64Array;
  /** The same with λ + 1. */
  readonly #lower: Float64Array;
  readonly #tilt: Tilt;

  /** `circle` holds the probabilities × its length, a loss of n steps at n modulo the length. */
  constructor(circle: Float64Array, tilt: Tilt) {
    const size = circle.length;
    const place = ((tilt.first % size) + size) % size;
    const [ofUpper, ofLower] = [Math.exp(-tilt.tilt * tilt.step), Math.exp(-(tilt.tilt + 1) * tilt.step)];
    this.#upper = new Float64Array(size + 1);
    this.#lower = new Float64Array(size + 1);
    for (let i = size - 1; i >= 0; i--) {
      const mass = Math.max(0, circle[(place + i) % size]! / size);
      this.#upper[i] = mass + ofUpper * this.#upper[i + 1]!;
      this.#lower[i] = mass + ofLower * this.#lower[i + 1]!;
    }
    this.#tilt = tilt;
  }

  /** No loss that it tells apart is larger. */
  get largest(): number {
    const { step, first } = this.#tilt;
    return (first + this.#upper.length) * step;
  }

  /** δ at ε of the finite losses: Σ p(s) (1 − exp(ε − s)) over s > ε. */
  delta(epsilon: number): number {
    const { step, tilt, log, first } = this.#tilt;
    const from = Math.max(0, Math.floor(epsilon / step) + 1 - first);
    if (from >= this.#upper.length) return 0;
    const above = (first + from) * step - epsilon;
    const sum = this.#upper[from]! - this.#lower[from]! * Math.exp(-above);
    return sum * Math.exp(log - tilt * (epsilon + above));
  }
}
