import type { Cancel, Clock } from '@murmuration/protocol/ports';

interface Timer {
  readonly time: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is told to advance: hours pass in a test without waiting for any. */
export class VirtualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now: number;

  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  at(time: number, wake: () => void): Cancel {
    const timer: Timer = { time, wake };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Runs what falls due in the next `ms`, in order; before, between and after, lets settle what can without time. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settled();
      const next = this.#first();
      if (next === undefined || next.time > end) break;
      this.#now = Math.max(this.#now, next.time);
      this.#timers.delete(next);
      next.wake();
    }
    this.#now = end;
  }

  /** The timer that is due first; of equals, the one that was set first. */
  #first(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (first === undefined || timer.time < first.time) first = timer;
    return first;
  }
}

/** Turns of the event loop; each runs all microtasks. Several, since one step of I/O may wait for another. */
const turns = 8;

/** Gives way until promises have settled that do not wait for time. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise<void>(resolve => setImmediate(resolve));
}
