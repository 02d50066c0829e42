import type { Clock } from '@murmuration/protocol/time/clock';

/** ms that closing may take in all; what is still open then is left to the end of the process. */
const patience = 5_000;

/** What a start has opened so far, so that one that fails lets go of all of it. */
export class OpenResources {
  readonly #clock: Clock;
  readonly #closings: (() => unknown)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(close: () => unknown): void {
    this.#closings.push(close);
  }

  /** Closes what was opened last first; a closing that fails holds up no other, and none that hangs the caller. */
  async close(): Promise<void> {
    const all = async () => {
      for (const close of this.#closings.splice(0).reverse()) {
        try {
          await close();
        } catch {
          // Why the start failed is what the caller hears.
        }
      }
    };
    let cancel = () => {};
    const late = new Promise<void>(resolve => {
      cancel = this.#clock.at(this.#clock.now() + patience, resolve);
    });
    await Promise.race([all(), late]);
    cancel();
  }
}
