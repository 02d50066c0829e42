import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { signal } from '@preact/signals';

/**
 * Estimated seconds until the next round takes this device in: rounds follow one another, and last about
 * equally long.
 */
export class Countdown {
  /** Whole seconds left; 0 stands for any moment, null for no wait. */
  readonly seconds = signal<number | null>(null);
  readonly #clock: Clock;
  /** Milliseconds from one round to the next. */
  readonly #usual: number;
  #until = 0;
  #cancel: Cancel = () => {};

  constructor(clock: Clock, usual: number) {
    this.#clock = clock;
    this.#usual = usual;
  }

  /**
   * Starts waiting, for at least `told` ms if the coordinator said so. A running countdown goes on, unless
   * `told` is longer.
   */
  wait(told = 0): void {
    const now = this.#clock.now();
    const least = now + told;
    if (this.seconds.peek() !== null && least <= this.#until) return;
    this.#until = Math.max(least, this.seconds.peek() === null ? now + this.#usual : 0);
    this.#tick();
  }

  /** Stops waiting. */
  stop(): void {
    this.#cancel();
    this.seconds.value = null;
  }

  #tick(): void {
    this.#cancel();
    const now = this.#clock.now();
    const left = Math.max(0, Math.ceil((this.#until - now) / 1_000));
    this.seconds.value = left;
    if (left > 0) this.#cancel = this.#clock.at(this.#until - 1_000 * (left - 1), () => this.#tick());
  }
}
