/** Does one thing after the other, in the order in which they were asked for; what fails holds up nothing that follows. */
export class PromiseQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Starts `work` once everything before it has ended. Settles as `work` does. */
  run<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Resolves once everything that was asked for so far has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
