import type { Storage } from '../storage/storage.ts';

/** Whether this client takes part, or waits until the one that does, such as another tab of the app, has gone. */
export type Role = 'active' | 'standby';

/** Which of the clients that share one storage takes part: one at a time, its leader. */
export class Leadership {
  readonly #storage: Storage;
  readonly #tell: (role: Role) => void;
  #waiting = new AbortController();
  #unlock: () => void = () => {};

  constructor(storage: Storage, tell: (role: Role) => void) {
    this.#storage = storage;
    this.#tell = tell;
  }

  /**
   * Calls `begin` once this client leads, and gives the lead up where that fails. Returns when it has begun, or at once where another client
   * leads: what goes wrong later goes to `failed`. Throws what `begin` throws, and `device.insecure`.
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

  /** Gives the lead up, or no longer waits for it. */
  release(): void {
    this.#waiting.abort(new Error('The client takes part no longer.'));
    this.#waiting = new AbortController();
    this.#unlock();
    this.#unlock = () => {};
  }
}
