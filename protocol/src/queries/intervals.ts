/** Estimate for all devices, with the ends of its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** 0.975 quantile of the normal distribution. */
export const z = 1.959964;

/**
 * Estimates the mean of values from 0 to `largest` on all devices, from the `total` of `devices` that were
 * drawn at random (Wilson 1927). No values have a greater variance than those that are 0 or `largest` (Bhatia
 * and Davis 2000), so the interval holds for any.
 */
export function meanOfCounts(total: number, devices: number, largest: number): Estimate {
  const share = total / (devices * largest);
  const spread = 1 + z ** 2 / devices;
  const centre = (share + z ** 2 / (2 * devices)) / spread;
  const half = (z / spread) * Math.sqrt((share * (1 - share)) / devices + z ** 2 / (4 * devices ** 2));
  return {
    value: total / devices,
    low: Math.max(0, Math.min(share, centre - half)) * largest,
    high: Math.min(1, Math.max(share, centre + half)) * largest,
  };
}

/**
 * Widens the interval of an estimate whose value also has noise of a standard deviation `deviation`, and
 * clips it to the possible values, `least` to `most`.
 */
export function withNoise(
  { value, low, high }: Estimate,
  deviation: number,
  least: number,
  most: number,
): Estimate {
  return {
    value,
    low: Math.max(least, value - Math.hypot(value - low, z * deviation)),
    high: Math.min(most, value + Math.hypot(high - value, z * deviation)),
  };
}

/**
 * Estimates the mean of values on all devices, from mean and standard deviation of `devices` that were drawn
 * at random (Student 1908).
 */
export function meanOfValues(mean: number, deviation: number, devices: number): Estimate {
  const half = (studentQuantile(devices - 1) * deviation) / Math.sqrt(devices);
  return { value: mean, low: mean - half, high: mean + half };
}

/**
 * Estimates the mean of values between two bounds, and the deviation of devices, from the sums of `levels`
 * steps between them and of their squares in units of `levels`, with noise of standard deviation `noise` in
 * both.
 */
export function meanOfLevels(
  { least, most, levels }: { readonly least: number; readonly most: number; readonly levels: number },
  total: number,
  squares: number,
  devices: number,
  noise: number,
): { readonly mean: Estimate; readonly deviation: number } {
  const step = (most - least) / levels;
  const level = Math.max(0, Math.min(total / devices, levels));
  const ofSample = devices / (devices - 1);
  const variance = Math.max(0, (squares * levels) / devices - level ** 2) * ofSample;
  const deviation = step * Math.sqrt(variance);
  const answer = least + step * level;
  // Noise in the deviation must not shorten the interval; none is longer than for values at both bounds
  // (Bhatia and Davis 2000).
  const unsure = (noise / devices) * Math.hypot(levels, 2 * level);
  const longest = Math.min(level * (levels - level) * ofSample, variance + z * unsure);
  const mean = meanOfValues(answer, step * Math.sqrt(longest), devices);
  return { mean: withNoise(mean, (step * noise) / devices, least, most), deviation };
}

/**
 * Sums over devices of their counts: `count` of `all`, the squares and products of both, and the squares of
 * `all`.
 */
export interface ShareSums {
  /** Two or more. */
  readonly devices: number;
  readonly count: number;
  readonly all: number;
  readonly squares: number;
  readonly products: number;
  readonly allSquares: number;
}

/**
 * Estimates a share among all devices' counts, from devices that were drawn at random. Counts of one device
 * are correlated, so the interval is Wilson's for the number of independent values with the same variance
 * (Korn and Graubard 1998), by the variance of a ratio.
 */
export function shareOfCounts({ devices, count, all, squares, products, allSquares }: ShareSums): Estimate {
  const share = count / all;
  const residual = Math.max(0, squares - 2 * share * products + share ** 2 * allSquares);
  const variance = (residual / all ** 2) * (devices / (devices - 1));
  const independent = variance > 0 ? (share * (1 - share)) / variance : devices;
  const few = (z / studentQuantile(devices - 1)) ** 2;
  const size = Math.min(all, independent) * few;
  return { ...meanOfCounts(share * size, size, 1), value: share };
}

/**
 * Bounds of the share of all values below which a quantile of all devices lies. Values of one device may all
 * be alike.
 */
export function ranksOf(quantile: number, devices: number): readonly [low: number, high: number] {
  const half = z * Math.sqrt((quantile * (1 - quantile)) / devices);
  return [Math.max(0, quantile - half), Math.min(1, quantile + half)];
}

/**
 * 0.975 quantile of Student's t (Abramowitz and Stegun 1964, 26.7.5), within 1 % from 3 degrees of freedom
 * on.
 */
export function studentQuantile(degrees: number): number {
  if (degrees < 3) return [12.7062, 4.3027][Math.max(0, degrees - 1)]!;
  return (
    z +
    (z ** 3 + z) / (4 * degrees) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3)
  );
}
