import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/** Milliseconds until the next look at a device that is in use. */
const refitRetryMs = 30_000;

export interface RefitPorts {
  readonly clock: Clock;
  /** Returns true if the device is free: not in use, as far as known, and without a round. */
  readonly isIdle: () => Promise<boolean>;
  readonly learn: (signal: AbortSignal) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/** Refits once requested and the device is idle; requests during a refit lead to one more. */
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

  /** Starts a requested refit if the device is idle now. */
  consider(): void {
    if (!this.#isWanted || this.#running) return;
    this.#cancelTimer();
    this.#running = this.#run(this.#stop.signal).finally(() => {
      this.#running = undefined;
    });
  }

  /** Stops the current refit and waits for its end; `want` starts again. */
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
      this.#cancelTimer = clock.at(clock.now() + refitRetryMs, () => this.consider());
  }
}
