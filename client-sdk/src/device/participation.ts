import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { Consent } from './consent.ts';

/** What begins and ends a device's part. */
export interface Part {
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** Whether a device takes part, as its app and its person wish; one change after the other. */
export class Participation {
  readonly #consent: Consent;
  readonly #part: Part;
  /** What the app wishes: `start` to `stop`, but for `pause` to `resume`. */
  #isWanted = false;
  #isPaused = false;
  #isRunning = false;
  readonly #changes = new PromiseQueue();
  #unwatch: Cancel = () => {};

  constructor(consent: Consent, part: Part) {
    this.#consent = consent;
    this.#part = part;
  }

  /** Whether it takes part, or is about to. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** From now on until `stop`, where the person consents, in whichever tab they say so. Throws what beginning throws. */
  async start(failed: (error: unknown) => void): Promise<void> {
    this.#isWanted = true;
    this.#unwatch();
    this.#unwatch = this.#consent.watch(() => void this.settle().catch(failed));
    try {
      await this.settle();
    } catch (error) {
      this.#isWanted = false;
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#isWanted = false;
    this.#unwatch();
    this.#unwatch = () => {};
    await this.settle();
  }

  async pause(isPaused: boolean): Promise<void> {
    this.#isPaused = isPaused;
    await this.settle();
  }

  /** Begins or ends the device's part, where that is not as wished. */
  settle(): Promise<void> {
    return this.between(async () => {
      const shall = this.#isWanted && !this.#isPaused && (await this.#consent.isGiven());
      if (shall === this.#isRunning) return;
      this.#isRunning = shall;
      if (!shall) return this.#part.end();
      try {
        await this.#part.begin();
      } catch (error) {
        this.#isRunning = false;
        throw error;
      }
    });
  }

  /** Does what must not come in the middle of a change. */
  between(work: () => Promise<void>): Promise<void> {
    return this.#changes.run(work);
  }
}
