import type { Clock } from '@murmuration/protocol/time/clock';

/** ms that closing may take after a start that failed; what is still open then is left to the end of the process. */
const patience = 5_000;

/** What a process has opened so far. It is closed in the reverse order, whether a start fails or a process stops. */
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

  /** Closes what was opened last first, once; a closing that fails holds up no other. Throws what the first that failed threw. */
  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  /** Closes all after a start that failed: throws nothing, and waits 5 s at most. */
  async abandon(): Promise<void> {
    let cancel = () => {};
    const late = new Promise<void>(resolve => {
      cancel = this.#clock.at(this.#clock.now() + patience, resolve);
    });
    // Why the start failed is what the caller hears.
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
