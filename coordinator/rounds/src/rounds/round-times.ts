/** ms after which a round that could not begin is tried again. */
const retryAfter = 10_000;

/** When the rounds of a task begin: an interval after the one before, or later. Times are in ms since 1970, intervals in ms. */
export class RoundTimes {
  /** `undefined` where no round has begun. */
  #lastAt: number | undefined;
  #nextAt: number;
  #hasFailed = false;

  constructor(now: number) {
    this.#nextAt = now;
  }

  /** When the next round begins at the earliest. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** A round begins. */
  began(at: number, interval: number): void {
    this.#lastAt = at;
    this.#nextAt = at + interval;
  }

  /** A round began under a coordinator before this one. */
  beganBefore(at: number, interval: number): void {
    this.#lastAt = at;
    this.#nextAt = Math.max(this.#nextAt, at + interval);
  }

  /** A round is to begin now. */
  tries(): void {
    this.#hasFailed = false;
  }

  /** It could not. */
  failed(now: number): void {
    this.#hasFailed = true;
    this.#nextAt = Math.max(this.#nextAt, now + retryAfter);
  }

  /** The interval is another from now on. */
  adjust(interval: number): void {
    if (this.#lastAt !== undefined) this.#nextAt = this.#lastAt + interval;
  }

  /** When the next round begins, however far the clock was set back since that was found out. */
  next(now: number, interval: number): number {
    return Math.min(this.#nextAt, now + Math.max(interval, this.#hasFailed ? retryAfter : 0));
  }

  /** As `next`, which holds from now on. */
  settle(now: number, interval: number): number {
    this.#nextAt = this.next(now, interval);
    return this.#nextAt;
  }
}
