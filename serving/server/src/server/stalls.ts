import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/** Operation that may take too long, until it is over. */
export interface Stall {
  readonly at: number;
  readonly end: () => void;
  before: Stall | undefined;
  after: Stall | undefined;
  isOver: boolean;
}

/**
 * Ends operations that take too long. It uses one timer and a linked list, since there may be many and hardly
 * any does.
 */
export class Stalls {
  readonly #clock: Clock;
  /** Maximum ms of each operation. */
  readonly #most: number;
  /** Oldest and newest operations. */
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

  /** Marks an operation as over; may be called again. */
  over(stall: Stall): void {
    if (stall.isOver) return;
    stall.isOver = true;
    const { before, after } = stall;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    // A reference to this one must not keep others in memory.
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
