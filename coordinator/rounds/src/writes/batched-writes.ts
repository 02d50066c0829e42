import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/** ms for which changes gather before they are written together. */
const gatheringMs = 10_000;

/**
 * Schedule of writes from memory: all changes within 10 s together, one write at a time. A crash loses what
 * has gathered.
 */
export class BatchedWrites {
  readonly #write: () => Promise<void>;
  readonly #clock: Clock;
  #cancel: Cancel | undefined;
  #isClosed = false;
  readonly #writes = new PromiseQueue();

  /**
   * Calls `write` for all changes so far; it must not throw, and calls `schedule` for changes that it has to
   * keep.
   */
  constructor(write: () => Promise<void>, clock: Clock) {
    this.#write = write;
    this.#clock = clock;
  }

  /**
   * Schedules a write of new changes at the end of the current interval, or of one that begins now; after
   * `close` no more.
   */
  schedule(): void {
    if (!this.#isClosed)
      this.#cancel ??= this.#clock.at(this.#clock.now() + gatheringMs, () => void this.flush());
  }

  /** Writes all changes at once, after the write that is under way. */
  async flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    await this.#writes.run(this.#write);
  }

  /** Writes for the last time; changes that can't be written now are lost. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush();
  }
}
