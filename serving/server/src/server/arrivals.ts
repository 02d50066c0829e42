import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { type Stall, Stalls } from './stalls.ts';

/** How fast what a client sends has to come. */
export interface Pace {
  /** Bytes a second that a body brings at least, in each stretch of `patience`. */
  readonly slowest: number;
  /** ms. */
  readonly patience: number;
}

/** As a coordinator has it. */
export const standardPace: Pace = { slowest: 2_048, patience: 10_000 };
/** ms that a body may take to arrive, however steadily it does. */
const longest = 60_000;

/** Ends bodies that come too slowly. */
export class Arrivals {
  readonly #clock: Clock;
  readonly #least: number;
  readonly #stalls: Stalls;

  constructor(clock: Clock, { slowest, patience }: Pace) {
    this.#clock = clock;
    this.#least = slowest * (patience / 1_000);
    this.#stalls = new Stalls(clock, patience);
  }

  /** Calls `end` once too few bytes have come, of which `came` tells the number; returns what says that all have come. */
  begin(came: () => number, end: (error: MurmurationError) => void): () => void {
    const began = this.#clock.now();
    let before = 0;
    let stall: Stall;
    const watch = () => {
      stall = this.#stalls.begin(() => {
        const now = came();
        const isSlow = now - before < this.#least || this.#clock.now() - began >= longest;
        before = now;
        if (isSlow) end(new MurmurationError('request.too-slow'));
        else watch();
      });
    };
    watch();
    return () => this.#stalls.over(stall);
  }

  close(): void {
    this.#stalls.close();
  }
}
