import type { Clock } from '@murmuration/protocol/time/clock';

/** Maximum time in ms to close after a failed start; the end of the process closes the rest. */
const closeTimeoutMs = 5_000;

/** Resources opened by a process, closed in reverse order when a start fails or the process stops. */
export class OpenResources {
  readonly #clock: Clock;
  readonly #closings: (() => unknown)[] = [];
  #closed: Promise<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(close: () => unknown): void {
    this.#closings.push(close);
  }

  /**
   * Closes the resources once, the last opened first; a failure does not stop the others. Throws the first
   * error.
   */
  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  /** Closes all resources after a failed start: never throws, and waits at most 5 s. */
  async abandon(): Promise<void> {
    let cancel = () => {};
    const late = new Promise<void>(resolve => {
      cancel = this.#clock.at(this.#clock.now() + closeTimeoutMs, resolve);
    });
    // The caller gets the start's own error instead.
    await Promise.race([this.close().catch(() => {}), late]);
    cancel();
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closings.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
