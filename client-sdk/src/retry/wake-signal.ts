import type { Cancel } from '@murmuration/protocol/time/clock';

/** Ends pauses early: a failed request may work now, for example after the network has come back. */
export class WakeSignal {
  readonly #waiting = new Set<() => void>();

  /** Calls `wake` when the signal next fires, unless cancelled. */
  once(wake: () => void): Cancel {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  fire(): void {
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of woken) wake();
  }
}
