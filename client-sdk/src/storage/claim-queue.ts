/** Queue of claims in this process: one holder at a time, in the order of arrival. */
export class ClaimQueue {
  /** Callbacks of the waiting claims, the next one first. */
  readonly #waiting = new Set<() => void>();
  #isClaimed = false;

  /**
   * Waits for a turn, which lasts until the returned function is called; calls `waits` if it has to wait.
   * Throws the reason of `signal` once it is aborted.
   */
  async claim(signal: AbortSignal, waits?: () => void): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#isClaimed) {
      waits?.();
      signal.throwIfAborted();
      await this.#turn(signal);
    }
    this.#isClaimed = true;
    let isOver = false;
    return () => {
      if (!isOver) this.#release();
      isOver = true;
    };
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#waiting.delete(take);
        reject(signal.reason);
      };
      const take = () => {
        this.#waiting.delete(take);
        signal.removeEventListener('abort', stop);
        resolve();
      };
      this.#waiting.add(take);
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  #release(): void {
    const [next] = this.#waiting;
    this.#isClaimed = next !== undefined;
    next?.();
  }
}
