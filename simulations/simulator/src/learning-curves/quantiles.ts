/**
 * Returns the quantiles of `values` at the given shares, by linear interpolation (Hyndman and Fan 1996,
 * definition 7); an empty array if there are no values.
 */
export function quantiles(values: readonly number[], shares: readonly number[]): number[] {
  if (values.length === 0) return [];
  const sorted = Float64Array.from(values).sort();
  return shares.map(share => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
    return low + (place - below) * (high - low);
  });
}
