import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/** ms for which changes gather before they are written together. */
const interval = 10_000;

/** Says when what gathers in memory is written: all that came within 10 s together, one write at a time. A crash loses what has gathered. */
export class BatchedWrites {
  readonly #write: () => Promise<void>;
  readonly #clock: Clock;
  #cancel: Cancel | undefined;
  #isClosed = false;
  readonly #writes = new PromiseQueue();

  /** `write` takes all that has gathered; it throws nothing, and calls `schedule` for what it has to keep. */
  constructor(write: () => Promise<void>, clock: Clock) {
    this.#write = write;
    this.#clock = clock;
  }

  /** Something has gathered: it is written at the end of the interval that begins now or is under way; after `close` no more. */
  schedule(): void {
    if (!this.#isClosed)
      this.#cancel ??= this.#clock.at(this.#clock.now() + interval, () => void this.flush());
  }

  /** Writes at once what has gathered, after the write that is under way. */
  async flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    await this.#writes.run(this.#write);
  }

  /** Writes for the last time; what can't be written now is lost. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush();
  }
}
