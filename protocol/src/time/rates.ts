import { BoundedMap } from './bounded-map.ts';
import type { Clock } from './clock.ts';

/** Rate limit: `burst` at once, `perSecond` in the long run. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Maximum keys that are remembered; a forgotten one starts with a full bucket. */
const mostKeys = 65_536;

/**
 * Token bucket for each key, stored as the time at which it is full again (the generic cell rate algorithm of
 * ITU-T I.371, Annex A).
 */
export class Rates {
  readonly #clock: Clock;
  /** Milliseconds until one token comes back. */
  readonly #interval: number;
  readonly #depth: number;
  /**
   * Map from a key, the least recently used first, to the time when its bucket is full again, ms since 1970.
   */
  readonly #full = new BoundedMap<string, number>(mostKeys);

  constructor({ burst, perSecond }: Rate, clock: Clock) {
    this.#clock = clock;
    this.#interval = 1_000 / perSecond;
    this.#depth = burst * this.#interval;
  }

  /**
   * Returns 0 if `key` may proceed, and takes `cost` tokens, at most as many as the bucket holds; else the ms
   * until it may.
   */
  take(key: string, cost = 1): number {
    const taken = Math.min(cost * this.#interval, this.#depth);
    const now = this.#clock.now();
    const kept = this.#full.get(key) ?? now;
    // A later time than an empty bucket's means that the clock was set back; the key then starts with a full
    // bucket.
    const full = kept > now + this.#depth ? now : Math.max(kept, now);
    const wait = full + taken - now - this.#depth;
    // A rounding error is no reason to wait.
    const mayGoOn = wait <= 1e-6;
    this.#full.set(key, mayGoOn ? full + taken : full);
    return mayGoOn ? 0 : Math.ceil(wait);
  }
}
