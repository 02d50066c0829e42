import type { Hybrid } from '@murmuration/client-sdk/hybrid/hybrid';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/**
 * Lets the device's own model learn while the person looks on: the SDK by itself waits until nobody uses the page. One training at a time; those
 * that are wanted meanwhile are one.
 */
export class PersonalTraining {
  readonly #hybrid: Pick<Hybrid, 'learn'>;
  readonly #every: number;
  readonly #failed: (error: unknown) => void;
  #sentences = 0;
  #isWanted = false;
  #underWay: AbortController | undefined;

  /** A training after every so many sentences. */
  constructor(hybrid: Pick<Hybrid, 'learn'>, every: number, failed: (error: unknown) => void) {
    this.#hybrid = hybrid;
    this.#every = every;
    this.#failed = failed;
  }

  /** A sentence was written. */
  written(): void {
    this.#sentences += 1;
    if (this.#sentences % this.#every === 0) this.want();
  }

  /** There is something to learn, such as a new shared model to fit to. */
  want(): void {
    this.#isWanted = true;
    if (!this.#underWay) void this.#learn();
  }

  /** Ends a training that is under way, and counts sentences from 0 again. */
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
