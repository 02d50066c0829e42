import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { type ReadonlySignal, signal } from '@preact/signals';

/** Milliseconds between the ticks of countdowns. */
const tickMs = 1_000;

/** Current time for countdowns. */
export class Ticker {
  readonly #now = signal(0);
  readonly #clock: Clock;
  #cancel: Cancel = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#now.value = clock.now();
  }

  /** Milliseconds since 1970, at most a second old. */
  get now(): ReadonlySignal<number> {
    return this.#now;
  }

  start(): void {
    const tick = () => {
      this.#now.value = this.#clock.now();
      this.#cancel = this.#clock.at(this.#now.peek() + tickMs, tick);
    };
    this.stop();
    tick();
  }

  stop(): void {
    this.#cancel();
  }
}
