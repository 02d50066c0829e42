import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';

/** What a person's choices do to the client. */
export interface Steered {
  setConsent(given: boolean): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  forget(): Promise<void>;
}

/** Whether all data are cleared; `owed`: here they are, and the coordinator has still to be told. */
export type Forgotten = 'cleared' | 'owed' | 'failed';

const name = 'app.choice';

/** What a stored choice holds of those who agreed. 1, of earlier versions, was to less: nobody was asked yet which words they write. */
const agreed = 2;

/** Whether this device takes part: only once the person has agreed, has not paused, and there is enough to learn from. */
export class Choice {
  readonly consent = signal(false);
  readonly paused = signal(false);
  /** Sentences that are still to be written before this device may be drawn. */
  readonly missing: ReadonlySignal<number>;
  /** Whether this device is to take part. */
  readonly isActive: ReadonlySignal<boolean>;
  readonly #client: Steered;
  readonly #storage: Storage;
  readonly #failed: (error: unknown) => void;
  /** What was asked of the client goes one after the other. */
  readonly #queue = new PromiseQueue();

  /** `sentences` counts what was written, of which a round needs `least`; `failed` hears of what could not be done. */
  constructor(
    client: Steered,
    storage: Storage,
    { sentences, least }: { readonly sentences: ReadonlySignal<number>; readonly least: number },
    failed: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#storage = storage;
    this.#failed = failed;
    this.missing = computed(() => Math.max(0, least - sentences.value));
    this.isActive = computed(() => this.consent.value && !this.paused.value && this.missing.value === 0);
  }

  /** Reads what was chosen before, and lets the client follow from now on, which it does when this returns. Nothing stored is no consent, nor is one to less. */
  async open(): Promise<void> {
    const bytes = await this.#storage.get(name).catch(this.#failed);
    const [consent, paused] = bytes ?? [];
    this.consent.value = consent === agreed;
    this.paused.value = paused === 1;
    effect(() => {
      const isActive = this.isActive.value;
      this.#do(() => (isActive ? this.#client.resume() : this.#client.pause()));
    });
    effect(() => {
      const given = this.consent.value;
      this.#do(() => this.#client.setConsent(given));
    });
    await this.#queue.idle();
  }

  agree(given: boolean): void {
    this.consent.value = given;
    this.#store();
  }

  pause(isPaused: boolean): void {
    this.paused.value = isPaused;
    this.#store();
  }

  /** Erases this device's identity and all that is stored; there is no consent afterwards. */
  async forget(): Promise<void> {
    const done = this.#queue.run(() => this.#client.forget());
    // Whether or not the coordinator can be told.
    this.consent.value = false;
    this.paused.value = false;
    await done;
  }

  #store(): void {
    const bytes = Uint8Array.of(this.consent.peek() ? agreed : 0, Number(this.paused.peek()));
    this.#do(() => this.#storage.put(name, bytes));
  }

  #do(work: () => Promise<void>): void {
    this.#queue.run(work).catch(this.#failed);
  }
}
