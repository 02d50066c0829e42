import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { type ReadonlySignal, signal } from '@preact/signals';

/** ms between the ticks of countdowns. */
const interval = 1_000;

/** The time, as countdowns show it. */
export class Ticker {
  readonly #now = signal(0);
  readonly #clock: Clock;
  #cancel: Cancel = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#now.value = clock.now();
  }

  /** ms since 1970, a second old at most. */
  get now(): ReadonlySignal<number> {
    return this.#now;
  }

  start(): void {
    const tick = () => {
      this.#now.value = this.#clock.now();
      this.#cancel = this.#clock.at(this.#now.peek() + interval, tick);
    };
    this.stop();
    tick();
  }

  stop(): void {
    this.#cancel();
  }
}
