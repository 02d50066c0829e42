import type { Clock } from '@murmuration/protocol/time/clock';

/**
 * Detects liveness by counters that increase, on this process's clock: clocks of other machines don't matter.
 */
export class Pulse {
  readonly #clock: Clock;
  readonly #patience: number;
  readonly #seen = new Map<string, { beat: number; at: number; hasMoved: boolean }>();

  /** Takes `patience`: ms without a heartbeat after which a process counts as dead. */
  constructor(clock: Clock, patience: number) {
    this.#clock = clock;
    this.#patience = patience;
  }

  /**
   * Records a heartbeat counter and returns the liveness. `unknown`: no change was seen yet, but `patience`
   * has not passed.
   */
  look(id: string, beat: number): 'alive' | 'unknown' | 'dead' {
    const now = this.#clock.now();
    const last = this.#seen.get(id);
    if (!last || last.beat !== beat) {
      this.#seen.set(id, { beat, at: now, hasMoved: last !== undefined });
      return last ? 'alive' : 'unknown';
    }
    if (now - last.at > this.#patience) return 'dead';
    return last.hasMoved ? 'alive' : 'unknown';
  }

  forget(id: string): void {
    this.#seen.delete(id);
  }
}
