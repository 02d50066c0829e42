import type { Hybrid } from '@murmuration/client-sdk/hybrid/hybrid';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/**
 * Trains the device's own model while the person watches; the SDK would wait until the page is idle. Runs one
 * training at a time; requests during a training are merged into one.
 */
export class PersonalTraining {
  readonly #hybrid: Pick<Hybrid, 'learn'>;
  readonly #every: number;
  readonly #failed: (error: unknown) => void;
  #sentences = 0;
  #isWanted = false;
  #underWay: AbortController | undefined;

  /** @param every number of sentences between two trainings. */
  constructor(hybrid: Pick<Hybrid, 'learn'>, every: number, failed: (error: unknown) => void) {
    this.#hybrid = hybrid;
    this.#every = every;
    this.#failed = failed;
  }

  /** Counts a written sentence. */
  written(): void {
    this.#sentences += 1;
    if (this.#sentences % this.#every === 0) this.want();
  }

  /** Requests a training, for instance to fit a new shared model. */
  want(): void {
    this.#isWanted = true;
    if (!this.#underWay) void this.#learn();
  }

  /** Stops a running training, and counts sentences from 0 again. */
  stop(): void {
    this.#isWanted = false;
    this.#sentences = 0;
    this.#underWay?.abort();
  }

  async #learn(): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false;
      const controller = new AbortController();
      this.#underWay = controller;
      try {
        await this.#hybrid.learn(controller.signal);
      } catch (error) {
        const isStopped = error instanceof MurmurationError && error.code === 'training.stopped';
        if (!isStopped) this.#failed(error);
      }
    }
    this.#underWay = undefined;
  }
}
