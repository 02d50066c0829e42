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
  // Abramowitz and Stegun 26.2.23, made exact by Halley's method.
  const t = Math.sqrt(-2 * Math.log(share));
  let z =
    (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  for (let step = 0; step < 4; step++) {
    const error = (normalBelow(z) - share) / normalDensity(z);
    z -= error / (1 + (z * error) / 2);
  }
  return z;
}
