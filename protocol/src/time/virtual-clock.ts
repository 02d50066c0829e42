import type { Cancel, Clock } from './clock.ts';
import { Timers } from './timers.ts';
import { Work } from './work.ts';

/**
 * A clock that stands still until it is told to go on: hours pass without waiting for any. Its time never passes real work that is under
 * way, so that what happens does not depend on how long that takes.
 */
export class VirtualClock implements Clock {
  /** What really happens meanwhile, in threads or on disks. */
  readonly work = new Work();
  readonly #timers = new Timers();
  #now: number;

  /** `start` in ms since 1970. */
  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  at(time: number, wake: () => void): Cancel {
    // It shows whole milliseconds, as the system's does.
    const timer = this.#timers.add(Math.ceil(time), wake);
    return () => this.#timers.cancel(timer);
  }

  /** Goes on to a later time at once; nothing may be due before. */
  jump(time: number): void {
    const next = this.#timers.first();
    if (next && next.time < time) throw new RangeError(`Something is due at ${next.time}, before ${time}.`);
    this.#now = Math.max(this.#now, time);
  }

  /** When the first timer falls due, ms since 1970; undefined where none is set. */
  get next(): number | undefined {
    return this.#timers.first()?.time;
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
      if (this.work.isUnderWay) await this.#quiet();
      const next = this.#timers.first();
      if (next === undefined || next.time > end) break;
      this.#wakeFirst();
    }
    this.#now = end;
  }

  /**
   * Runs what falls due, in order and each as soon as all else has settled, until `isOver` says so. Everything that takes neither time nor
   * counts as work has to settle within microtasks. Rejects where nothing is due any more.
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

/** Gives way until promises have settled that do not wait for time. */
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
