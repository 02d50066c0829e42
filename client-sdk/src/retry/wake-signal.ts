import type { Cancel } from '@murmuration/protocol/time/clock';

/** Ends waits before their time: what failed may work now, for example after the device came back to its network. */
export class WakeSignal {
  readonly #waiting = new Set<() => void>();

  /** Calls `wake` the next time the signal fires, unless that is cancelled. */
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
