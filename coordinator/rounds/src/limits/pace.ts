import type { Clock } from '@murmuration/protocol/time/clock';
import type { Rate } from '@murmuration/protocol/time/rates';

/** A token bucket that can be overdrawn, for what has come already when it is counted. */
export class Pace {
  readonly #clock: Clock;
  /** ms that one takes to come back. */
  readonly #interval: number;
  /** ms that an empty bucket takes to be full: a debt of more than that again is no haste, but an attack. */
  readonly most: number;
  /** When the bucket is full again, ms since 1970. */
  #full = Number.NEGATIVE_INFINITY;

  constructor({ burst, perSecond }: Rate, clock: Clock) {
    this.#clock = clock;
    this.#interval = 1_000 / perSecond;
    this.most = burst * this.#interval;
  }

  /** Counts one: the ms after which all that was taken is paid for, 0 where it is. */
  take(): number {
    const now = this.#clock.now();
    // A longer debt than is ever let grow: the clock was set back, and nothing is known any more.
    const isOfAnotherTime = this.#full > now + 2 * this.most + 2 * this.#interval;
    this.#full = (isOfAnotherTime ? now : Math.max(this.#full, now)) + this.#interval;
    const wait = this.#full - now - this.most;
    // A rounding error is no reason to wait.
    return wait <= 1e-6 ? 0 : Math.ceil(wait);
  }
}
