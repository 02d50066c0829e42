/** The mean; NaN of nothing. */
export function mean(values: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at]!;
  return sum / values.length;
}

/** The mean of squared distances from the mean; NaN of nothing. */
export function variance(values: Float64Array): number {
  const centre = mean(values);
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += (values[at]! - centre) ** 2;
  return sum / values.length;
}

/** The value that a share of an ascending list lies below, between neighbours by their distance; NaN of nothing. `share` is from 0 to 1. */
export function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}
