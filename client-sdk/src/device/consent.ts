import type { Storage } from '../storage/storage.ts';

const name = 'consent';

/** Whether the person whose device it is lets it take part; remembered over restarts. Given until it is taken back. */
export class Consent {
  readonly #storage: Storage;
  #given: boolean | undefined;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  async isGiven(): Promise<boolean> {
    this.#given ??= (await this.#storage.get(name))?.[0] !== 0;
    return this.#given;
  }

  /** Counts at once, and after a restart once this has resolved. */
  async set(given: boolean): Promise<void> {
    this.#given = given;
    await this.#storage.put(name, Uint8Array.of(given ? 1 : 0));
  }

  /** What is stored is gone. */
  erased(): void {
    this.#given = undefined;
  }
}
