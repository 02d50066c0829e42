import { type Complex, multiplyPower, transform } from '../numerics/fourier.ts';
import { root } from '../numerics/root.ts';
import type { PrivacyLoss } from './privacy-loss.ts';

/** Privacy loss, and how many times it occurs. */
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
 * Sum of independent losses. All computations use losses tilted by exp(λ × loss), with the λ that puts the
 * requested point into the middle of the distribution (as in the saddle-point accountant of Alghamdi et al.
 * 2023). So the Fourier transform's errors, which are equally large everywhere, are small beside it for any
 * δ.
 */
export class ComposedLoss {
  readonly #parts: readonly Suffered[];
  readonly #step: number;
  readonly #infinite: number;

  /** @param parts one or more, all with the same step. */
  constructor(parts: readonly Suffered[], step: number) {
    this.#parts = parts.map(({ loss, times }) => ({ loss: trimmed(loss), times }));
    this.#step = step;
    let logFinite = 0;
    for (const { loss, times } of parts) logFinite += times * Math.log1p(-loss.infinite);
    this.#infinite = -Math.expm1(logFinite);
  }

  /** δ at ε. */
  deltaAt(epsilon: number): number {
    const tilt = this.#tiltWhere(tilt => this.#cumulants(tilt).mean - epsilon);
    return Math.min(1, this.#infinite + this.#tilted(tilt).delta(epsilon));
  }

  /** Smallest ε at δ; infinite if infinite losses are more likely than δ. */
  epsilonAt(delta: number): number {
    const left = delta - this.#infinite;
    if (left <= 0) return Infinity;
    const tilted = this.#tiltedNear(left);
    if (tilted.delta(0) <= left) return 0;
    return root(epsilon => Math.log(tilted.delta(epsilon) / left), 0, tilted.largest, 1e-12);
  }

  /** Returns δ as a function of ε, accurate near `delta`. */
  curveNear(delta: number): (epsilon: number) => number {
    const tilted = this.#tiltedNear(delta);
    return epsilon => this.#infinite + tilted.delta(epsilon);
  }

  /** Tilts by the λ that minimises Chernoff's bound ln δ = K(λ) − λε, with ε = K′(λ). */
  #tiltedNear(delta: number): TiltedSum {
    const tilt = this.#tiltWhere(tilt => {
      const { log, mean } = this.#cumulants(tilt);
      return tilt * mean - log + Math.log(delta);
    });
    return this.#tilted(tilt);
  }

  /**
   * Σ times × K(λ) and its first two derivatives; K is the logarithm of the mean of exp(λ × loss), without
   * infinite losses.
   */
  #cumulants(tilt: number): Cumulants {
    let [log, mean, variance] = [0, 0, 0];
    for (const { loss, times } of this.#parts) {
      const { step, first, masses } = loss;
      // Relative to the largest exponent, so that nothing overflows.
      const at = tilt >= 0 ? first + masses.length - 1 : first;
      const ratio = Math.exp(tilt * step);
      const refresh = Math.abs(tilt) * step > 0.1 ? 1 : 64;
      let [sum, sums, squares] = [0, 0, 0];
      let weight = 0;
      for (let i = 0; i < masses.length; i++) {
        // Powers by multiplication drift, and stay at 0 once there; a new exponential now and then corrects
        // that.
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

  /** Finds the λ, from 2⁻²⁰ to 2²⁰, at which an increasing function is zero, to three digits. */
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
    // The transform of a transform is its original in reverse.
    transform(product);
    return new TiltedSum(product.real, { step, tilt, log, first });
  }

  /**
   * Distance from its mean to a side within which the tilted sum stays, except with a relative probability of
   * 10⁻¹⁴, by Chernoff's bound; the transform wraps losses farther out into the circle.
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

/** Removes the impossible losses at both ends. */
function trimmed(loss: PrivacyLoss): PrivacyLoss {
  const from = loss.masses.findIndex(mass => mass > 0);
  const to = loss.masses.findLastIndex(mass => mass > 0) + 1;
  return { ...loss, first: loss.first + from, masses: loss.masses.subarray(from, to) };
}

/** Place of a loss of n steps on a circle, whose size is a power of two. */
const placeOf = (n: number, size: number): number => n & (size - 1);

/** Tilts a loss by exp(λ × loss), λ > 0, and normalises its probabilities, on a circle of `size`. */
function tiltedPart({ step, first, masses }: PrivacyLoss, tilt: number, size: number): Complex {
  const real = new Float64Array(size);
  let sum = 0;
  for (let i = 0; i < masses.length; i++) {
    const mass = masses[i]! * Math.exp(tilt * step * (i - masses.length + 1));
    sum += mass;
    const to = placeOf(first + i, size);
    real[to] = real[to]! + mass;
  }
  return { real: real.map(mass => mass / sum), imaginary: new Float64Array(size) };
}

interface Tilt {
  readonly step: number;
  readonly tilt: number;
  /** ln of the factor that normalised the tilted probabilities. */
  readonly log: number;
  /** Smallest loss that is represented, in steps. */
  readonly first: number;
}

/** Sum of tilted losses, from which δ of the original losses is read. */
class TiltedSum {
  /** Σ over losses s from each one on of their probability × exp(−λ (s − its loss)). */
  readonly #upper: Float64Array;
  /** Values of that sum with λ + 1. */
  readonly #lower: Float64Array;
  readonly #tilt: Tilt;

  /** @param circle probabilities × its length; a loss of n steps is at the place of −n. */
  constructor(circle: Float64Array, tilt: Tilt) {
    const size = circle.length;
    const [ofUpper, ofLower] = [Math.exp(-tilt.tilt * tilt.step), Math.exp(-(tilt.tilt + 1) * tilt.step)];
    this.#upper = new Float64Array(size + 1);
    this.#lower = new Float64Array(size + 1);
    for (let i = size - 1; i >= 0; i--) {
      const mass = Math.max(0, circle[placeOf(-tilt.first - i, size)]! / size);
      this.#upper[i] = mass + ofUpper * this.#upper[i + 1]!;
      this.#lower[i] = mass + ofLower * this.#lower[i + 1]!;
    }
    this.#tilt = tilt;
  }

  /** Upper bound of the losses that are represented. */
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
