import type { Clock } from '@murmuration/protocol/time/clock';
import { sleep } from '@murmuration/protocol/time/sleep';
import { settled, type VirtualClock } from '@murmuration/protocol/time/virtual-clock';

const never = new AbortController().signal;

/** Waits in a test: virtual time advances automatically, and real time up to a limit. */
export class Patience {
  readonly #clock: VirtualClock;
  readonly #realClock: Clock;
  readonly #limit: number;

  /** Sets the limit: idle checks, 1 ms apart. Counted, so that a busy machine is no reason to give up. */
  constructor(clock: VirtualClock, realClock: Clock, limit: number) {
    this.#clock = clock;
    this.#realClock = realClock;
    this.#limit = limit;
  }

  /**
   * Resolves to true once `isOver` returns true. Timers within `span` ms of virtual time fire
   * as soon as nothing else goes on, and never during real work. Resolves to false once
   * nothing goes on and the limit is reached.
   */
  async until(isOver: () => boolean, span: number): Promise<boolean> {
    const clock = this.#clock;
    const latest = clock.now() + span;
    let waited = 0;
    for (;;) {
      await settled();
      if (isOver()) return true;
      const { next } = clock;
      if (!clock.work.isUnderWay && next !== undefined && next <= latest) {
        await clock.advance(Math.max(0, next - clock.now()));
        continue;
      }
      if (waited++ >= this.#limit) return false;
      await sleep(1, this.#realClock, never);
    }
  }
}
