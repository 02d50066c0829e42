import type { Storage } from '../storage/storage.ts';

/** Role of this client: it takes part, or waits for the one that does, such as another tab. */
export type ClientRole = 'active' | 'standby';

/** Election among clients that share a storage: one takes part at a time, the leader. */
export class Leadership {
  readonly #storage: Storage;
  readonly #tell: (role: ClientRole) => void;
  #waiting = new AbortController();
  #unlock: () => void = () => {};

  constructor(storage: Storage, tell: (role: ClientRole) => void) {
    this.#storage = storage;
    this.#tell = tell;
  }

  /**
   * Calls `begin` once this client leads, and releases the lead if that fails. Returns when it
   * has begun, or at once if another client leads: later errors go to `failed`. Throws the
   * errors of `begin`, and `device.insecure`.
   */
  async acquire(begin: () => Promise<void>, failed: (error: unknown) => void): Promise<void> {
    this.release();
    const { signal } = this.#waiting;
    let hasReturned = false;
    await new Promise<void>((resolve, reject) => {
      const stand = () => {
        hasReturned = true;
        this.#tell('standby');
        resolve();
      };
      const act = async () => {
        const unlock = await this.#storage.claim(signal, stand);
        this.#unlock = unlock;
        if (signal.aborted) return unlock();
        this.#tell('active');
        await begin();
      };
      act().then(resolve, error => {
        if (signal.aborted) return resolve();
        this.release();
        if (hasReturned) failed(error);
        else reject(error);
      });
    });
  }

  /** Releases the lead, or stops waiting for it. */
  release(): void {
    this.#waiting.abort(new Error('The client takes part no longer.'));
    this.#waiting = new AbortController();
    this.#unlock();
    this.#unlock = () => {};
  }
}
