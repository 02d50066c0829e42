import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/** What may take too long, until it is over. */
export interface Stall {
  readonly at: number;
  readonly end: () => void;
  before: Stall | undefined;
  after: Stall | undefined;
  isOver: boolean;
}

/** Ends what takes too long: with one timer for all, and no table, since there may be many and hardly any does. */
export class Stalls {
  readonly #clock: Clock;
  /** ms that each may take. */
  readonly #most: number;
  /** The one that began first, and the one that began last. */
  #first: Stall | undefined;
  #last: Stall | undefined;
  #timer: Cancel | undefined;

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Calls `end` unless `over` is called in time. */
  begin(end: () => void): Stall {
    const before = this.#last;
    const stall: Stall = { at: this.#clock.now(), end, before, after: undefined, isOver: false };
    if (before) before.after = stall;
    else this.#first = stall;
    this.#last = stall;
    if (!this.#timer) this.#arm();
    return stall;
  }

  /** May be called again. */
  over(stall: Stall): void {
    if (stall.isOver) return;
    stall.isOver = true;
    const { before, after } = stall;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    // Whoever still holds it holds no others.
    stall.before = undefined;
    stall.after = undefined;
  }

  close(): void {
    this.#timer?.();
    this.#timer = undefined;
    while (this.#first) this.over(this.#first);
  }

  #arm(): void {
    if (!this.#first) return;
    this.#timer = this.#clock.at(this.#first.at + this.#most, () => {
      this.#timer = undefined;
      const now = this.#clock.now();
      for (let stall = this.#first; stall && stall.at + this.#most <= now; stall = this.#first) {
        this.over(stall);
        stall.end();
      }
      if (!this.#timer) this.#arm();
    });
  }
}
