/** Draws from the standard normal distribution (Box and Muller 1958). */
export function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/**
 * Draws the logarithm of a gamma variate of this shape and scale 1 (Marsaglia and Tsang 2000, §6 for shapes
 * below 1). Variates of small shapes underflow a double, their logarithms don't.
 */
function logGamma(shape: number, uniform: () => number): number {
  if (shape < 1) return logGamma(shape + 1, uniform) + Math.log(1 - uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(uniform);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return Math.log(d * v);
  }
}

/**
 * Draws proportions from a Dirichlet distribution; they add up to 1. Concentrations are not negative, and at
 * least one is positive.
 */
export function dirichlet(concentrations: readonly number[], uniform: () => number): Float64Array {
  const logs = concentrations.map(shape => (shape > 0 ? logGamma(shape, uniform) : Number.NEGATIVE_INFINITY));
  const largest = Math.max(...logs);
  const shares = Float64Array.from(logs, log => Math.exp(log - largest));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map(share => share / sum);
}
