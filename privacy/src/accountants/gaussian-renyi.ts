import { log1pExp, logExpm1, logSum } from '../numerics/log-sum.ts';
import type { Renyi } from './renyi.ts';

/**
 * Rényi divergence of Gaussian noise on a sum to which each device contributes independently with
 * `probability`, above 0 and below 1 (Poisson sampling; Mironov, Talwar & Zhang 2019, for both directions of
 * adjacency). Takes every order, integer or not, and stays accurate for tiny probabilities.
 */
export const sampledGaussianRenyi =
  (probability: number, noiseMultiplier: number): Renyi =>
  order => {
    const excess = Number.isInteger(order) ? wholeOrder : anyOrder;
    return log1pExp(excess(probability, noiseMultiplier, order)) / (order - 1);
  };

/** ln(A − 1) for an integer order: the binomial sum of § 3.2, without the terms that add up to 1. */
function wholeOrder(q: number, sigma: number, order: number): number {
  const terms: number[] = [];
  let logBinomial = Math.log(order);
  for (let k = 2; k <= order; k++) {
    logBinomial += Math.log((order - k + 1) / k);
    terms.push(
      logBinomial +
        k * Math.log(q) +
        (order - k) * Math.log1p(-q) +
        logExpm1((k * k - k) / (2 * sigma * sigma)),
    );
  }
  return logSum(terms);
}

/**
 * ln(A − 1) for any order, A = E[(1 + u)^α] with u = q (exp((2x − 1) / 2σ²) − 1) over x ~ N(0, σ²). Since
 * E[u] = 0, it is the mean of (1 + u)^α − 1 − αu, which is never negative. Sums of equal steps converge as
 * exp(−2πd / step) if the integrand has no pole within d of the real line; here the nearest is πσ² away.
 */
function anyOrder(q: number, sigma: number, order: number): number {
  const step = Math.min(sigma / 6, (Math.PI * Math.PI * sigma * sigma) / 20);
  const from = -9 * sigma - 1;
  const count = Math.ceil((order + 9 * sigma - from) / step);
  const terms: number[] = [];
  for (let i = 0; i <= count; i++) {
    const x = from + i * step;
    terms.push(logConvexRest(q, (2 * x - 1) / (2 * sigma * sigma), order) - (x * x) / (2 * sigma * sigma));
  }
  return logSum(terms) + Math.log(step / (sigma * Math.sqrt(2 * Math.PI)));
}

/** ln((1 + u)^α − 1 − αu), u = q (exp(loss) − 1). */
function logConvexRest(q: number, loss: number, order: number): number {
  const u = q * Math.expm1(loss);
  if (Math.abs(order * u) < 1e-3) {
    // Uses the first terms of the binomial series; the rest is below 10⁻¹⁴ of it.
    const [b, c, d] = [(order - 2) / 3, (order - 3) / 4, (order - 4) / 5];
    const series = 1 + b * u * (1 + c * u * (1 + d * u));
    return Math.log((order * (order - 1) * series) / 2) + 2 * Math.log(Math.abs(u));
  }
  const logPower = order * (loss > 500 ? Math.log(q) + loss : Math.log1p(u));
  if (logPower > 500) return logPower;
  return Math.log(Math.expm1(logPower) - order * u);
}
