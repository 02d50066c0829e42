import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';

/** Parts of the client that a person's choices control. */
export interface Steered {
  setConsent(given: boolean): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  forget(): Promise<void>;
}

/** Result of clearing all data; `owed` if it is cleared here, but the coordinator has not been told yet. */
export type Forgotten = 'cleared' | 'owed' | 'failed';

const choiceKey = 'app.choice';

/**
 * Stored value of consent. The value 1 of earlier versions covered less: it did not include queries about the
 * words written.
 */
const agreed = 2;

/**
 * Choice to take part. The device does so only if the person has agreed and not paused, and there is enough
 * to learn from.
 */
export class Choice {
  readonly consent = signal(false);
  readonly paused = signal(false);
  /** Sentences still missing before this device may be drawn. */
  readonly missing: ReadonlySignal<number>;
  /** True if this device is to take part. */
  readonly isActive: ReadonlySignal<boolean>;
  readonly #client: Steered;
  readonly #storage: Storage;
  readonly #failed: (error: unknown) => void;
  /** Runs calls of the client one after another. */
  readonly #queue = new PromiseQueue();

  /**
   * @param sentences number of sentences written; a round needs `least`.
   * @param failed receives errors.
   */
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

  /**
   * Reads the stored choice and applies it to the client, now and after each change; resolves once it is
   * applied. Without a stored choice, or with a consent that covered less, there is no consent.
   */
  async open(): Promise<void> {
    const bytes = await this.#storage.get(choiceKey).catch(this.#failed);
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

  /** Erases this device's identity and all stored data; withdraws consent. */
  async forget(): Promise<void> {
    const done = this.#queue.run(() => this.#client.forget());
    // Even if the coordinator can't be told.
    this.consent.value = false;
    this.paused.value = false;
    await done;
  }

  #store(): void {
    const bytes = Uint8Array.of(this.consent.peek() ? agreed : 0, Number(this.paused.peek()));
    this.#do(() => this.#storage.put(choiceKey, bytes));
  }

  #do(work: () => Promise<void>): void {
    this.#queue.run(work).catch(this.#failed);
  }
}
