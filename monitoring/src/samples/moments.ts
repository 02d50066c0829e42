/** Returns the mean; NaN if empty. */
export function mean(values: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at]!;
  return sum / values.length;
}

/** Returns the mean squared distance from the mean; NaN if empty. */
export function variance(values: Float64Array): number {
  const centre = mean(values);
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += (values[at]! - centre) ** 2;
  return sum / values.length;
}

/**
 * Returns the value below which a share of an ascending list lies, interpolated linearly; NaN if empty.
 * `share` is from 0 to 1.
 */
export function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}
