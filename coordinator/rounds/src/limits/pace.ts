import type { Clock } from '@murmuration/protocol/time/clock';
import type { Rate } from '@murmuration/protocol/time/rates';

/** Token bucket that can be overdrawn, for arrivals that are counted after they came. */
export class Pace {
  readonly #clock: Clock;
  /** ms until one token comes back. */
  readonly #interval: number;
  /** ms in which an empty bucket fills; a larger debt than that is an attack. */
  readonly most: number;
  /** Time when the bucket is full again, ms since 1970. */
  #full = Number.NEGATIVE_INFINITY;

  constructor({ burst, perSecond }: Rate, clock: Clock) {
    this.#clock = clock;
    this.#interval = 1_000 / perSecond;
    this.most = burst * this.#interval;
  }

  /** Takes a token; returns the ms until all taken tokens are paid back, 0 if they are. */
  take(): number {
    const now = this.#clock.now();
    // A debt longer than the largest possible means that the clock was set back, so it is dropped.
    const isOfAnotherTime = this.#full > now + 2 * this.most + 2 * this.#interval;
    this.#full = (isOfAnotherTime ? now : Math.max(this.#full, now)) + this.#interval;
    const wait = this.#full - now - this.most;
    // Ignores rounding errors.
    return wait <= 1e-6 ? 0 : Math.ceil(wait);
  }
}
