/**
 * Runs one piece of work after another, in the order of the calls; a failure doesn't hold up those that
 * follow.
 */
export class PromiseQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Starts `work` once everything before it has ended. Settles as `work` does. */
  run<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Resolves once everything queued so far has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
