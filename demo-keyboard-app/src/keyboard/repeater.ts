import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/** ms that a key is held before it repeats, and from one time to the next. */
const hold = 400;
const interval = 60;

/** Repeats what a key does while it is held. */
export class Repeater {
  readonly #clock: Clock;
  #cancel: Cancel = () => {};
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins to repeat `press` once the key is held for a while. */
  start(press: () => void): void {
    this.stop();
    this.#count = 0;
    const again = () => {
      this.#count += 1;
      press();
      this.#cancel = this.#clock.at(this.#clock.now() + interval, again);
    };
    this.#cancel = this.#clock.at(this.#clock.now() + hold, again);
  }

  stop(): void {
    this.#cancel();
  }

  /** Whether the key that was let go has repeated, and its click counts no more; asked once. */
  hasRepeated(): boolean {
    const has = this.#count > 0;
    this.#count = 0;
    return has;
  }
}
