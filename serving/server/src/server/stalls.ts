import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/** Operation that may take too long, until it is over. */
export interface Stall {
  readonly at: number;
  readonly end: () => void;
}

/** Ends operations that take too long. It uses one timer, since there may be many and hardly any does. */
export class Stalls {
  readonly #clock: Clock;
  /** Maximum ms of each operation. */
  readonly #most: number;
  /** Operations under way, the oldest first. */
  readonly #underWay = new Set<Stall>();
  #timer: Cancel | undefined;

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Calls `end` unless `over` is called in time. */
  begin(end: () => void): Stall {
    const stall: Stall = { at: this.#clock.now(), end };
    this.#underWay.add(stall);
    if (!this.#timer) this.#arm();
    return stall;
  }

  /** Marks an operation as over; may be called again. */
  over(stall: Stall): void {
    this.#underWay.delete(stall);
  }

  close(): void {
    this.#timer?.();
    this.#timer = undefined;
    this.#underWay.clear();
  }

  #arm(): void {
    const [oldest] = this.#underWay;
    if (!oldest) return;
    this.#timer = this.#clock.at(oldest.at + this.#most, () => {
      this.#timer = undefined;
      const now = this.#clock.now();
      for (const stall of this.#underWay) {
        if (stall.at + this.#most > now) break;
        this.#underWay.delete(stall);
        stall.end();
      }
      if (!this.#timer) this.#arm();
    });
  }
}
