/** How far a quantile may be from the true one, as a share of it. */
const accuracy = 0.05;
const growth = (1 + accuracy) / (1 - accuracy);
/** Shorter and longer spans count as these, ms. */
const shortest = 0.01;
const longest = 600_000;
const buckets = Math.ceil(Math.log(longest / shortest) / Math.log(growth)) + 1;
const perLog = 1 / Math.log(growth);

/**
 * Counts of spans in buckets that grow by a constant factor, so that each quantile is at most 5 % from the true one and counts of several
 * places add up (DDSketch: Masson, Rim and Lee 2019, §2).
 */
export class Latencies {
  readonly #counts = new Uint32Array(buckets);
  #count = 0;

  /** Spans that were counted. */
  get count(): number {
    return this.#count;
  }

  add(ms: number): void {
    const index = ms <= shortest ? 0 : Math.min(buckets - 1, Math.ceil(Math.log(ms / shortest) * perLog));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count += 1;
  }

  /** Counts what another has counted. */
  merge(other: Latencies): void {
    for (const [index, count] of other.#counts.entries())
      this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#count += other.#count;
  }

  /** The span, ms, that this share of all spans do not exceed; null where none was counted. `share` is from 0 to 1. */
  quantile(share: number): number | null {
    if (this.#count === 0) return null;
    const rank = Math.floor(share * (this.#count - 1));
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      if (seen > rank) return index === 0 ? shortest : (shortest * 2 * growth ** index) / (growth + 1);
    }
    return longest;
  }
}
