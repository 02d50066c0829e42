import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { Consent } from './consent.ts';

/** What begins and ends a device's part. */
export interface Part {
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** What the app wishes: to take part from `start` to `stop`; meanwhile what the person says in other tabs is heard. */
type Wish = { readonly takesPart: false } | { readonly takesPart: true; readonly unwatch: Cancel };

/** Whether a device takes part, as its app and its person wish; one change after the other. */
export class Participation {
  readonly #consent: Consent;
  readonly #part: Part;
  readonly #changes = new PromiseQueue();
  #wish: Wish = { takesPart: false };
  /** From `pause` to `resume`, whatever the app wishes besides. */
  #isPaused = false;
  #isRunning = false;

  constructor(consent: Consent, part: Part) {
    this.#consent = consent;
    this.#part = part;
  }

  /** Why it takes no part though the app wishes it to. */
  get hindrance(): 'paused' | 'not-agreed' | undefined {
    if (!this.#wish.takesPart || this.#isRunning) return undefined;
    return this.#isPaused ? 'paused' : 'not-agreed';
  }

  /** Whether it takes part, or is about to. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** From now on until `stop`, where the person consents, in whichever tab they say so. Throws what beginning throws. */
  async start(failed: (error: unknown) => void): Promise<void> {
    this.#wishNothing();
    this.#wish = {
      takesPart: true,
      unwatch: this.#consent.watch(() => void this.settle().catch(failed)),
    };
    try {
      await this.settle();
    } catch (error) {
      this.#wishNothing();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#wishNothing();
    await this.settle();
  }

  async pause(isPaused: boolean): Promise<void> {
    this.#isPaused = isPaused;
    await this.settle();
  }

  /** Begins or ends the device's part, where that is not as wished. */
  settle(): Promise<void> {
    return this.between(async () => {
      const shall = this.#wish.takesPart && !this.#isPaused && (await this.#consent.isGiven());
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

  #wishNothing(): void {
    if (this.#wish.takesPart) this.#wish.unwatch();
    this.#wish = { takesPart: false };
  }

  /** Does what must not come in the middle of a change. */
  between(work: () => Promise<void>): Promise<void> {
    return this.#changes.run(work);
  }
}
