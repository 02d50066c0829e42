/** Maximum relative error of a quantile. */
const accuracy = 0.05;
const growth = (1 + accuracy) / (1 - accuracy);
/** Bounds in ms; shorter and longer times count as these. */
const minMs = 0.01;
const maxLatencyMs = 600_000;
const buckets = Math.ceil(Math.log(maxLatencyMs / minMs) / Math.log(growth)) + 1;
const perLog = 1 / Math.log(growth);

/**
 * Histogram of times in buckets that grow by a constant factor, so each quantile is at most 5 % from the true
 * one, and histograms can be added (DDSketch: Masson, Rim and Lee 2019, §2).
 */
export class Latencies {
  readonly #counts = new Uint32Array(buckets);
  #count = 0;

  /** Number of times counted. */
  get count(): number {
    return this.#count;
  }

  add(ms: number): void {
    const index = ms <= minMs ? 0 : Math.min(buckets - 1, Math.ceil(Math.log(ms / minMs) * perLog));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count += 1;
  }

  /** Adds the counts of another histogram. */
  merge(other: Latencies): void {
    for (const [index, count] of other.#counts.entries())
      this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#count += other.#count;
  }

  /** Returns the time in ms that `share` (0 to 1) of all times do not exceed; null if there are none. */
  quantile(share: number): number | null {
    if (this.#count === 0) return null;
    const rank = Math.floor(share * (this.#count - 1));
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      if (seen > rank) return index === 0 ? minMs : (minMs * 2 * growth ** index) / (growth + 1);
    }
    return maxLatencyMs;
  }
}
