import type { Cancel } from '@murmuration/protocol/ports';
import type { Storage } from '../storage/storage.ts';

const name = 'consent';

/** Whether the person whose device it is lets it take part; remembered over restarts. Given until it is taken back. */
export class Consent {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  async isGiven(): Promise<boolean> {
    return (await this.#storage.get(name))?.[0] !== 0;
  }

  /** Durable when it returns. */
  set(given: boolean): Promise<void> {
    return this.#storage.put(name, Uint8Array.of(given ? 1 : 0));
  }

  /** Calls `changed` when another client of this device, such as another tab of the app, changes it. */
  watch(changed: () => void): Cancel {
    return this.#storage.watch?.(name, changed) ?? (() => {});
  }
}
