import {
  logDensity,
  logUpperTail,
  millsRatio,
  millsSlope,
  upperQuantile,
  upperTail,
} from '../numerics/normal.ts';
import { root } from '../numerics/root.ts';

/** Nodes and weights of Gauss–Legendre quadrature with eight points on −1 to 1, one half of them. */
const quadrature = [
  [0.1834346424956498, 0.362683783378362],
  [0.525532409916329, 0.3137066458778873],
  [0.7966664774136267, 0.2223810344533745],
  [0.9602898564975363, 0.1012285362903763],
] as const;

/**
 * Distance below which the difference of two Mills ratios loses more digits than the integral of their slope.
 */
const closeTogether = 0.1;
/** Point above which both tails are far from underflow. */
const farLeft = -5;

/**
 * δ of μ-Gaussian differential privacy at ε, exactly (Balle & Wang 2018, Theorem 8; Dong et al. 2019,
 * Corollary 1): Φ(μ/2 − ε/μ) − exp(ε) Φ(−μ/2 − ε/μ). The relative error is below 10⁻¹⁰ down to the smallest
 * numbers.
 */
export function gaussianDelta(mu: number, epsilon: number): number {
  if (mu === 0) return 0;
  if (mu === Infinity) return epsilon === Infinity ? 0 : 1;
  const a = epsilon / mu - mu / 2;
  const b = epsilon / mu + mu / 2;
  // exp(ε) = φ(a) / φ(b), so that δ = φ(a) (M(a) − M(b)).
  if (a < farLeft) return upperTail(a) - Math.exp(logDensity(a)) * millsRatio(b);
  return Math.exp(logDensity(a)) * millsDifference(a, b);
}

/** ln δ of `gaussianDelta`, even if δ underflows. */
function logGaussianDelta(mu: number, epsilon: number): number {
  const a = epsilon / mu - mu / 2;
  if (a < farLeft) return Math.log(gaussianDelta(mu, epsilon));
  return logDensity(a) + Math.log(millsDifference(a, epsilon / mu + mu / 2));
}

/** M(a) − M(b), a < b. */
function millsDifference(a: number, b: number): number {
  const half = (b - a) / 2;
  if (2 * half > closeTogether) return millsRatio(a) - millsRatio(b);
  const middle = (a + b) / 2;
  let sum = 0;
  for (const [node, weight] of quadrature)
    sum += weight * (millsSlope(middle - half * node) + millsSlope(middle + half * node));
  return half * sum;
}

/**
 * ε of μ-Gaussian differential privacy at δ, exactly; 0 if δ at ε = 0 is within `delta`, infinite at δ = 0.
 */
export function gaussianEpsilon(mu: number, delta: number): number {
  if (gaussianDelta(mu, 0) <= delta) return 0;
  if (delta <= 0 || mu === Infinity) return Infinity;
  const logDelta = Math.log(delta);
  // An upper bound from a looser conversion, that of ρ = μ²/2.
  const above = (mu * mu) / 2 + mu * Math.sqrt(-2 * logDelta);
  return root(epsilon => logGaussianDelta(mu, epsilon) - logDelta, 0, above);
}

/** μ of Gaussian differential privacy that spends ε and δ, exactly. */
export function gaussianMu(epsilon: number, delta: number): number {
  const logDelta = Math.log(delta);
  const excess = (logMu: number) => logGaussianDelta(Math.exp(logMu), epsilon) - logDelta;
  let [low, high] = [0, 0];
  while (excess(low) > 0) low -= 2;
  while (excess(high) < 0) high += 2;
  return Math.exp(root(excess, low, high));
}

/**
 * Share of the participants that a test can name if it wrongly accuses `falsePositives` of the others (Dong
 * et al. 2019, the trade-off curve of μ): 1 − Φ(Φ⁻¹(1 − falsePositives) − μ).
 */
export function truePositives(mu: number, falsePositives = 0.1): number {
  return Math.exp(logUpperTail(upperQuantile(falsePositives) - mu));
}
