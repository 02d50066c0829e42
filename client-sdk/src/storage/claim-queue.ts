/** Whose turn it is, of all that want one thing in this process: one at a time, in the order in which they came. */
export class ClaimQueue {
  /** Those who wait for their turn, the first of them next. */
  readonly #waiting = new Set<() => void>();
  #isClaimed = false;

  /**
   * Waits for its turn, which lasts until the returned function is called; calls `waits` where it has to wait. Throws the reason of `signal`
   * once that is aborted.
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
