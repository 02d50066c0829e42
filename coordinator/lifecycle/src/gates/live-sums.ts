import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { BadSums } from '@murmuration/rounds/registry/promotion-watches';

/** ms of a span whose values are added up, and number of spans kept, which is a week. */
const liveSpanMs = 600_000;
const maxLiveSpans = 1_009;
/** Most keys that are kept; the least recently used one is dropped first. */
const maxLiveKeys = 1_000;

export const noSums: BadSums = { n: 0, sum: 0, squares: 0 };

export function addValue({ n, sum, squares }: BadSums, value: number): BadSums {
  return { n: n + 1, sum: sum + value, squares: squares + value * value };
}

/** Sums of live figures over the last week, by key, in spans of ten minutes. */
export class LiveSums {
  /** Map from a key to its spans: least recently used key first, oldest span first. */
  readonly #kept = new BoundedMap<string, Map<number, BadSums>>(maxLiveKeys);

  add(key: string, value: number, now: number): void {
    const own = this.#kept.get(key) ?? new BoundedMap<number, BadSums>(maxLiveSpans);
    const at = Math.floor(now / liveSpanMs);
    own.set(at, addValue(own.get(at) ?? noSums, value));
    this.#kept.set(key, own);
  }

  /** Returns the sums of the last `window` ms, in whole spans. */
  of(key: string, window: number, now: number): BadSums {
    const first = Math.floor((now - window) / liveSpanMs);
    let all = noSums;
    for (const [at, { n, sum, squares }] of this.#kept.get(key) ?? [])
      if (at >= first) all = { n: all.n + n, sum: all.sum + sum, squares: all.squares + squares };
    return all;
  }
}
