import { BoundedMap } from './bounded-map.ts';
import type { Clock } from './clock.ts';

/** `burst` at once, `perSecond` in the long run. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Keys that are remembered at most; one that is forgotten begins anew. */
const mostKeys = 65_536;

/**
 * A token bucket for each key, kept as one time: that at which the bucket is full again (the generic cell rate algorithm of
 * ITU-T I.371, Annex A).
 */
export class Rates {
  readonly #clock: Clock;
  /** ms that one takes to come back. */
  readonly #interval: number;
  readonly #depth: number;
  /** By key, the least recently used first: when its bucket is full again, ms since 1970. */
  readonly #full = new BoundedMap<string, number>(mostKeys);

  constructor({ burst, perSecond }: Rate, clock: Clock) {
    this.#clock = clock;
    this.#interval = 1_000 / perSecond;
    this.#depth = burst * this.#interval;
  }

  /** 0 where `key` may go on, which counts `cost` times, as often as the bucket is deep at most; else the ms after which it may. */
  take(key: string, cost = 1): number {
    const taken = Math.min(cost * this.#interval, this.#depth);
    const now = this.#clock.now();
    const kept = this.#full.get(key) ?? now;
    // Beyond what an empty bucket takes, the clock was set back: nothing is known of the key any more.
    const full = kept > now + this.#depth ? now : Math.max(kept, now);
    const wait = full + taken - now - this.#depth;
    // A rounding error is no reason to wait.
    const mayGoOn = wait <= 1e-6;
    this.#full.set(key, mayGoOn ? full + taken : full);
    return mayGoOn ? 0 : Math.ceil(wait);
  }
}
