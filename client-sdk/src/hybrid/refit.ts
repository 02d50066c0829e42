import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/** ms after which a device that is in use is looked at again. */
const retryAfter = 30_000;

export interface RefitPorts {
  readonly clock: Clock;
  /** Whether the device has nothing better to do: nobody uses it, as far as that is known, and no round is under way. */
  readonly isIdle: () => Promise<boolean>;
  readonly learn: (signal: AbortSignal) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/** Learns anew once that is wanted and the device is idle: one time after the other, however often it was wanted meanwhile. */
export class Refit {
  readonly #ports: RefitPorts;
  #stop = new AbortController();
  #isWanted = false;
  #running: Promise<void> | undefined;
  #cancelTimer: Cancel = () => {};

  constructor(ports: RefitPorts) {
    this.#ports = ports;
  }

  want(): void {
    this.#isWanted = true;
    this.consider();
  }

  /** The device may have become idle. */
  consider(): void {
    if (!this.#isWanted || this.#running) return;
    this.#cancelTimer();
    this.#running = this.#run(this.#stop.signal).finally(() => {
      this.#running = undefined;
    });
  }

  /** Stops what is under way, and waits for its end; `want` begins again. */
  async stop(): Promise<void> {
    this.#cancelTimer();
    this.#stop.abort();
    this.#stop = new AbortController();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, isIdle, learn, failed } = this.#ports;
    try {
      while (this.#isWanted && (await isIdle()) && !signal.aborted) {
        this.#isWanted = false;
        await learn(signal);
      }
    } catch (error) {
      if (!signal.aborted) failed(error);
    }
    if (this.#isWanted && !signal.aborted)
      this.#cancelTimer = clock.at(clock.now() + retryAfter, () => this.consider());
  }
}
