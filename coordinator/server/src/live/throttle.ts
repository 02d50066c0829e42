import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/**
 * Throttle of an action: it first runs in a separate turn, which merges simultaneous requests, and then again
 * no sooner than `interval` ms after the last run.
 */
export class Throttle {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #beat: () => void;
  #beatAt = Number.NEGATIVE_INFINITY;
  #cancel: Cancel | undefined;
  #isClosed = false;

  constructor(clock: Clock, interval: number, beat: () => void) {
    this.#clock = clock;
    this.#interval = interval;
    this.#beat = beat;
  }

  /** Schedules a beat, unless one is due. */
  ask(): void {
    if (this.#cancel || this.#isClosed) return;
    const now = this.#clock.now();
    // Setting the clock back must not delay the beat.
    const at = Math.min(Math.max(now, this.#beatAt + this.#interval), now + this.#interval);
    this.#cancel = this.#clock.at(at, () => {
      this.#cancel = undefined;
      this.#beatAt = this.#clock.now();
      this.#beat();
    });
  }

  /** Cancels all further beats. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }
}
