import type { Clock } from '@murmuration/protocol/time/clock';

/** Tells who is alive by counts that go up, on this process's clock: clocks of other machines don't matter. */
export class Pulse {
  readonly #clock: Clock;
  readonly #patience: number;
  readonly #seen = new Map<string, { beat: number; at: number; hasMoved: boolean }>();

  /** `patience`: ms without a beat after which one is taken for dead. */
  constructor(clock: Clock, patience: number) {
    this.#clock = clock;
    this.#patience = patience;
  }

  /** What the newest look at somebody says. `unknown`: it was not seen to live yet, nor for long enough not to. */
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
