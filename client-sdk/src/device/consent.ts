import type { Cancel } from '@murmuration/protocol/time/clock';
import type { Storage } from '../storage/storage.ts';

const consentKey = 'consent';

/** Consent of the device's person, stored over restarts. No answer means no, if consent is needed. */
export class Consent {
  readonly #storage: Storage;
  readonly #isNeeded: boolean;

  constructor(storage: Storage, isNeeded: boolean) {
    this.#storage = storage;
    this.#isNeeded = isNeeded;
  }

  async isGiven(): Promise<boolean> {
    const said = await this.#storage.get(consentKey);
    return said ? said[0] === 1 : !this.#isNeeded;
  }

  /** Stores the answer, durably when it returns. */
  set(given: boolean): Promise<void> {
    return this.#storage.put(consentKey, Uint8Array.of(given ? 1 : 0));
  }

  /** Calls `changed` when another client of this device, such as another tab, changes the answer. */
  watch(changed: () => void): Cancel {
    return this.#storage.watch?.(consentKey, changed) ?? (() => {});
  }
}
