/** ms after which a round that could not begin is tried again. */
const beginRetryMs = 10_000;

/**
 * Schedule of a task's rounds: each begins an interval after the one before, or later. Times are in ms since
 * 1970, intervals in ms.
 */
export class RoundTimes {
  /** Undefined if no round has begun. */
  #lastAt: number | undefined;
  #nextAt: number;
  #hasFailed = false;

  constructor(now: number) {
    this.#nextAt = now;
  }

  /** Earliest beginning of the next round. */
  get nextAt(): number {
    return this.#nextAt;
  }

  began(at: number, interval: number): void {
    this.#lastAt = at;
    this.#nextAt = at + interval;
  }

  /** Notes that a round began under an earlier coordinator. */
  beganBefore(at: number, interval: number): void {
    this.#lastAt = at;
    this.#nextAt = Math.max(this.#nextAt, at + interval);
  }

  /** Notes that a round is to begin now. */
  tries(): void {
    this.#hasFailed = false;
  }

  failed(now: number): void {
    this.#hasFailed = true;
    this.#nextAt = Math.max(this.#nextAt, now + beginRetryMs);
  }

  adjust(interval: number): void {
    if (this.#lastAt !== undefined) this.#nextAt = this.#lastAt + interval;
  }

  /** Returns the beginning of the next round, even if the clock was set back since it was calculated. */
  next(now: number, interval: number): number {
    return Math.min(this.#nextAt, now + Math.max(interval, this.#hasFailed ? beginRetryMs : 0));
  }

  /** Returns the result of `next`, and keeps it. */
  settle(now: number, interval: number): number {
    this.#nextAt = this.next(now, interval);
    return this.#nextAt;
  }
}
