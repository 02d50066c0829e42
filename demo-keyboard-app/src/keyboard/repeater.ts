import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/** Milliseconds that a key is held before it repeats; `repeatMs` is the time between repeats. */
const holdMs = 400;
const repeatMs = 60;

/** Repeats a key press while the key is held. */
export class Repeater {
  readonly #clock: Clock;
  #cancel: Cancel = () => {};
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Repeats `press` once the key has been held for a while. */
  start(press: () => void): void {
    this.stop();
    this.#count = 0;
    const again = () => {
      this.#count += 1;
      press();
      this.#cancel = this.#clock.at(this.#clock.now() + repeatMs, again);
    };
    this.#cancel = this.#clock.at(this.#clock.now() + holdMs, again);
  }

  stop(): void {
    this.#cancel();
  }

  /** Returns true if the released key has repeated, so that its click must be ignored; resets the count. */
  hasRepeated(): boolean {
    const has = this.#count > 0;
    this.#count = 0;
    return has;
  }
}
