import { upperGamma } from './gamma.ts';

/** Returns the share of a standard normal distribution above `z`, exact in the upper tail. */
export function normalAbove(z: number): number {
  const tail = 0.5 * upperGamma(0.5, (z * z) / 2);
  return z >= 0 ? tail : 1 - tail;
}

/** Returns the share of a standard normal distribution below `z`. */
export function normalBelow(z: number): number {
  return normalAbove(-z);
}

export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/**
 * Returns the value below which a share of a standard normal distribution lies; `share` is between 0 and 1.
 */
export function normalQuantile(share: number): number {
  if (share > 0.5) return -normalQuantile(1 - share);
  if (share <= 0) return -Infinity;
  // Halley's method, from a bound of the tail.
  let z = -Math.sqrt(-2 * Math.log(share));
  for (let step = 0; step < 6; step++) {
    const error = (normalBelow(z) - share) / normalDensity(z);
    z -= error / (1 + (z * error) / 2);
  }
  return z;
}
