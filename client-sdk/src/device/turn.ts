import type { Storage } from '../storage/storage.ts';

/** Whether this client takes part, or waits until the one that does, such as another tab of the app, has gone. */
export type Role = 'active' | 'standby';

/** Whose turn it is among the clients that have one storage: one at a time takes part. */
export class Turn {
  readonly #storage: Storage;
  readonly #tell: (role: Role) => void;
  #waiting = new AbortController();
  #release: () => void = () => {};

  constructor(storage: Storage, tell: (role: Role) => void) {
    this.#storage = storage;
    this.#tell = tell;
  }

  /**
   * Calls `begin` once it is this client's turn, and gives the turn up where that fails. Returns when it has begun, or at once where another
   * client has the turn: what goes wrong later goes to `failed`. Throws what `begin` throws, and `device.insecure`.
   */
  async take(begin: () => Promise<void>, failed: (error: unknown) => void): Promise<void> {
    this.end();
    const { signal } = this.#waiting;
    let hasReturned = false;
    await new Promise<void>((resolve, reject) => {
      const stand = () => {
        hasReturned = true;
        this.#tell('standby');
        resolve();
      };
      const act = async () => {
        const release = await this.#storage.claim(signal, stand);
        this.#release = release;
        if (signal.aborted) return release();
        this.#tell('active');
        await begin();
      };
      act().then(resolve, error => {
        if (signal.aborted) return resolve();
        this.end();
        if (hasReturned) failed(error);
        else reject(error);
      });
    });
  }

  /** Gives the turn up, or no longer waits for it. */
  end(): void {
    this.#waiting.abort(new Error('The client takes part no longer.'));
    this.#waiting = new AbortController();
    this.#release();
    this.#release = () => {};
  }
}
