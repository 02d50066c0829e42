import { normalQuantile } from '../distributions/normal.ts';

/**
 * Returns the interval of a share at a confidence (Wilson 1927), after `part` of `whole` were seen; from 0
 * to 1 if `whole` is 0.
 */
export function wilson(part: number, whole: number, confidence = 0.95): readonly [number, number] {
  if (whole <= 0) return [0, 1];
  const z = normalQuantile((1 + confidence) / 2);
  const share = part / whole;
  const scale = 1 + z ** 2 / whole;
  const centre = (share + z ** 2 / (2 * whole)) / scale;
  const half = (z * Math.sqrt((share * (1 - share)) / whole + z ** 2 / (4 * whole ** 2))) / scale;
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
