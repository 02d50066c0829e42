import type { Cancel, Clock } from './clock.ts';
import { Timers } from './timers.ts';
import { Work } from './work.ts';

/**
 * Clock that moves only when advanced: hours pass without waiting. Its time never passes real work that is
 * under way, so results do not depend on how long that takes.
 */
export class VirtualClock implements Clock {
  /** Real work in threads or on disks. */
  readonly work = new Work();
  readonly #timers = new Timers();
  #now: number;

  /** @param start ms since 1970. */
  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  at(time: number, wake: () => void): Cancel {
    // The time is in whole milliseconds, as the system's is.
    const timer = this.#timers.add(Math.ceil(time), wake);
    return () => this.#timers.cancel(timer);
  }

  /** Moves to a later time at once; throws `RangeError` if a timer is due before. */
  jump(time: number): void {
    const next = this.#timers.first();
    if (next && next.time < time) throw new RangeError(`Something is due at ${next.time}, before ${time}.`);
    this.#now = Math.max(this.#now, time);
  }

  /** Time at which the first timer falls due, ms since 1970; undefined if there is none. */
  get next(): number | undefined {
    return this.#timers.first()?.time;
  }

  get pending(): number {
    return this.#timers.size;
  }

  /**
   * Runs the timers of the next `ms`, in order; before, between and after, lets promises settle that need no
   * time.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settled();
      if (this.work.isUnderWay) await this.#quiet();
      const next = this.#timers.first();
      if (next === undefined || next.time > end) break;
      this.#wakeFirst();
    }
    this.#now = end;
  }

  /**
   * Runs timers in order, each as soon as all else has settled, until `isOver` returns true. Everything that
   * neither takes time nor counts as work has to settle within microtasks. Rejects if no timer is left.
   */
  async run(isOver: () => boolean): Promise<void> {
    for (;;) {
      await this.#quiet();
      if (isOver()) return;
      if (!this.#timers.first()) throw new Error('The virtual clock has nothing left to wait for.');
      this.#wakeFirst();
    }
  }

  #wakeFirst(): void {
    const { time, wake } = this.#timers.take();
    this.#now = Math.max(this.#now, time);
    wake();
  }

  /** Resolves once no work is under way, and all that followed from it has settled. */
  async #quiet(): Promise<void> {
    await turn();
    while (this.work.isUnderWay) {
      await this.work.next();
      await turn();
    }
  }
}

/** Turns of the event loop; each runs all microtasks. Several, since one step of I/O may wait for another. */
const turns = 8;

/** Yields until promises have settled that do not wait for time. */
export async function settled(): Promise<void> {
  for (let i = 0; i < turns; i++) await turn();
}

function turn(): Promise<void> {
  return new Promise(resolve => {
    // biome-ignore lint/plugin: the end of microtasks, not a time.
    if (typeof setImmediate === 'function') setImmediate(resolve);
    // biome-ignore lint/plugin: as above, in browsers.
    else setTimeout(resolve);
  });
}
