import type { Cancel, Clock } from '../time/clock.ts';

interface ResenderPorts {
  readonly clock: Clock;
  /** Sends all that waits, the oldest first. Throws if the rest has to wait for another attempt. */
  readonly drain: () => Promise<void>;
  /** Returns the ms until the next attempt after a number of failures in a row. */
  readonly pause: (failures: number) => number;
  /** Called for the first of several failures in a row. */
  readonly failed?: (error: unknown) => void;
}

/** Sends what waits: one attempt at a time, later and later while they fail. */
export class Resender {
  readonly #ports: ResenderPorts;
  #failures = 0;
  #attempt: Promise<void> | undefined;
  #cancel: Cancel | undefined;
  #isClosed = false;
  #again = false;

  constructor(ports: ResenderPorts) {
    this.#ports = ports;
  }

  /** Sends what waits, except during a pause after a failure. */
  send(): void {
    if (this.#isClosed || this.#cancel) return;
    if (this.#attempt) {
      this.#again = true;
      return;
    }
    this.#attempt = this.#drain().finally(() => {
      this.#attempt = undefined;
      if (this.#again) {
        this.#again = false;
        this.send();
      }
    });
  }

  /** Counts a failure, and pauses. */
  failed(error: unknown): void {
    if (this.#failures === 0) this.#ports.failed?.(error);
    this.#failures += 1;
    this.#wait();
  }

  /** Resolves once no attempt is under way. */
  async idle(): Promise<void> {
    await this.#attempt;
  }

  /** Attempts nothing more, or just once if `last`; resolves once no attempt is under way. */
  async close(last = false): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    if (last) this.send();
    this.#isClosed = true;
    await this.#attempt;
  }

  async #drain(): Promise<void> {
    try {
      await this.#ports.drain();
      this.#failures = 0;
    } catch (error) {
      if (!this.#isClosed) this.failed(error);
    }
  }

  #wait(): void {
    const { clock, pause } = this.#ports;
    this.#cancel ??= clock.at(clock.now() + pause(this.#failures), () => {
      this.#cancel = undefined;
      this.send();
    });
  }
}
