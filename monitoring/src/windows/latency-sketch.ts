/** Spans in buckets that grow by a constant factor: quantiles are at most 5 % off, and sketches add up (Masson, Rim and Lee 2019). Plain data. */
export interface LatencySketch {
  /** By bucket, how many spans. Only buckets that hold one. */
  readonly buckets: Readonly<Record<string, number>>;
  readonly count: number;
  /** ms. */
  readonly sum: number;
}

const accuracy = 0.05;
const growth = (1 + accuracy) / (1 - accuracy);
const perLog = 1 / Math.log(growth);
/** Shorter spans count as this one, ms; longer ones as ten minutes. */
const shortest = 0.01;
const longest = 600_000;

export const noLatencies: LatencySketch = { buckets: {}, count: 0, sum: 0 };

/** A sketch of spans, ms. */
export function sketchOf(spans: Iterable<number>): LatencySketch {
  const buckets: Record<string, number> = {};
  let count = 0;
  let sum = 0;
  for (const ms of spans) {
    const within = Math.min(longest, Math.max(shortest, ms));
    const bucket = Math.ceil(Math.log(within / shortest) * perLog);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    count += 1;
    sum += ms;
  }
  return { buckets, count, sum };
}

/** The sketch of both, in any order. */
export function addSketches(a: LatencySketch, b: LatencySketch): LatencySketch {
  const buckets: Record<string, number> = { ...a.buckets };
  for (const [bucket, count] of Object.entries(b.buckets)) buckets[bucket] = (buckets[bucket] ?? 0) + count;
  return { buckets, count: a.count + b.count, sum: a.sum + b.sum };
}

/** The span, ms, that this share of all spans do not exceed; null of nothing. `share` is from 0 to 1. */
export function latencyQuantile({ buckets, count }: LatencySketch, share: number): number | null {
  if (count === 0) return null;
  const rank = Math.floor(share * (count - 1));
  let seen = 0;
  const ascending = Object.entries(buckets).sort(([a], [b]) => Number(a) - Number(b));
  for (const [bucket, own] of ascending) {
    seen += own;
    if (seen > rank) return (shortest * 2 * growth ** Number(bucket)) / (growth + 1);
  }
  return longest;
}
