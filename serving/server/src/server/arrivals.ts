import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { type Stall, Stalls } from './stalls.ts';

/** Minimum bytes per second of a body, in each period of `patience` ms; the same as of a coordinator. */
export const standardPace = { slowest: 2_048, patience: 10_000 };
export type ArrivalPace = Readonly<typeof standardPace>;
/** Maximum ms from the headers of a request to the end of its body, even if bytes keep arriving. */
const maxArrivalMs = 60_000;

/** Ends bodies that arrive too slowly. */
export class Arrivals {
  readonly #clock: Clock;
  readonly #least: number;
  readonly #stalls: Stalls;

  constructor(clock: Clock, { slowest, patience }: ArrivalPace) {
    this.#clock = clock;
    this.#least = slowest * (patience / 1_000);
    this.#stalls = new Stalls(clock, patience);
  }

  /**
   * Calls `end` once too few bytes have arrived; `came` returns their number. Returns a function to call when
   * all have arrived.
   */
  begin(came: () => number, end: (error: MurmurationError) => void): () => void {
    const began = this.#clock.now();
    let before = 0;
    let stall: Stall;
    const watch = () => {
      stall = this.#stalls.begin(() => {
        const now = came();
        const isSlow = now - before < this.#least || this.#clock.now() - began >= maxArrivalMs;
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
