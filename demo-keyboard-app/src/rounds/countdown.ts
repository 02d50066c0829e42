import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { signal } from '@preact/signals';

/** Seconds until the next round takes this device in, as far as that can be foreseen: rounds follow one another, and last about as long. */
export class Countdown {
  /** Whole seconds that are left; 0: any moment; null where nothing is waited for. */
  readonly seconds = signal<number | null>(null);
  readonly #clock: Clock;
  /** ms from one round to the next. */
  readonly #usual: number;
  #until = 0;
  #cancel: Cancel = () => {};

  constructor(clock: Clock, usual: number) {
    this.#clock = clock;
    this.#usual = usual;
  }

  /** The device waits; `told` ms at least, where the coordinator said so. What is counted down already goes on, unless that is longer. */
  wait(told = 0): void {
    const now = this.#clock.now();
    const least = now + told;
    if (this.seconds.peek() !== null && least <= this.#until) return;
    this.#until = Math.max(least, this.seconds.peek() === null ? now + this.#usual : 0);
    this.#tick();
  }

  /** The device waits no longer. */
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
