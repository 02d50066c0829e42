import type { Clock } from '@murmuration/protocol/time/clock';
import { sleep } from '@murmuration/protocol/time/sleep';
import { settled, type VirtualClock } from '@murmuration/protocol/time/virtual-clock';

const never = new AbortController().signal;

/** Waits in a test: virtual time passes by itself, and of real time so much as a test has patience for. */
export class Patience {
  readonly #clock: VirtualClock;
  readonly #realClock: Clock;
  readonly #limit: number;

  /** `limit`: how often nothing goes on, a millisecond apart: counted, since a busy machine is no reason to give up. */
  constructor(clock: VirtualClock, realClock: Clock, limit: number) {
    this.#clock = clock;
    this.#realClock = realClock;
    this.#limit = limit;
  }

  /**
   * Resolves once `isOver` says so. What is due within `span` ms of virtual time falls due as soon as nothing else goes on, and never while
   * real work is under way. False where nothing goes on any more, and patience is over.
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
