import type { Cancel } from '@murmuration/protocol/ports';

/** Ends waits before their time: what failed may work now, such as after the device came back to its network. */
export class Nudge {
  readonly #waiting = new Set<() => void>();

  /** Calls `wake` at the next nudge, unless that is cancelled. */
  next(wake: () => void): Cancel {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  give(): void {
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of woken) wake();
  }
}
