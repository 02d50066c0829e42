import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/**
 * Does what is asked for often only so often: the first time in a turn of its own, so that what happens at once is one, and then not
 * before `interval` ms have passed since the last time.
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

  /** Asks for a beat, if none is to come. */
  ask(): void {
    if (this.#cancel || this.#isClosed) return;
    const now = this.#clock.now();
    // A clock that was set back keeps nobody waiting.
    const at = Math.min(Math.max(now, this.#beatAt + this.#interval), now + this.#interval);
    this.#cancel = this.#clock.at(at, () => {
      this.#cancel = undefined;
      this.#beatAt = this.#clock.now();
      this.#beat();
    });
  }

  /** No beat comes any more. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }
}
