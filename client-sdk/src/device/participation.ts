import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { Consent } from './consent.ts';

interface Part {
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** Wish of the app: to take part from `start` to `stop`; meanwhile consent in other tabs is watched. */
type Wish = { readonly takesPart: false } | { readonly takesPart: true; readonly unwatch: Cancel };

/** Decision to take part, from the wishes of app and person; changes run one by one. */
export class DeviceParticipation {
  readonly #consent: Consent;
  readonly #part: Part;
  readonly #changes = new PromiseQueue();
  #wish: Wish = { takesPart: false };
  /** True from `pause` to `resume`. */
  #isPaused = false;
  #isRunning = false;

  constructor(consent: Consent, part: Part) {
    this.#consent = consent;
    this.#part = part;
  }

  /** Reason why it takes no part though the app wishes it. */
  get hindrance(): 'paused' | 'not-agreed' | undefined {
    if (!this.#wish.takesPart || this.#isRunning) return undefined;
    return this.#isPaused ? 'paused' : 'not-agreed';
  }

  /** True if it takes part, or is about to. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Takes part until `stop`, while the person consents, in any tab. Throws the errors of `begin`. */
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

  /** Begins or ends the device's part if the wishes have changed. */
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

  /** Runs `work` between two changes. */
  between(work: () => Promise<void>): Promise<void> {
    return this.#changes.run(work);
  }
}
