/**
 * Picks at most `most` points that look like all of them: largest triangle three buckets (Steinarsson 2013,
 * “Downsampling Time Series for Visual Representation”, §4.2). Keeps the first and the last point; `most` is
 * at least 3. Returns ascending indices.
 */
export function thinned(xs: readonly number[], ys: readonly number[], most: number): number[] {
  const count = xs.length;
  if (count <= most) return xs.map((_, i) => i);
  const width = (count - 2) / (most - 2);
  const start = (bucket: number) => Math.floor(bucket * width) + 1;
  const kept = [0];
  for (let bucket = 0; bucket < most - 2; bucket++) {
    const [from, to] = [start(bucket), start(bucket + 1)];
    // The mean represents the next bucket.
    const end = Math.min(start(bucket + 2), count);
    const [meanX, meanY] = [mean(xs, to, end), mean(ys, to, end)];
    const last = kept.at(-1)!;
    let best = from;
    let largest = -1;
    for (let i = from; i < to; i++) {
      const area = Math.abs(
        (xs[last]! - meanX) * (ys[i]! - ys[last]!) - (xs[last]! - xs[i]!) * (meanY - ys[last]!),
      );
      if (area > largest) [largest, best] = [area, i];
    }
    kept.push(best);
  }
  kept.push(count - 1);
  return kept;
}

function mean(values: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]!;
  return sum / (to - from);
}
