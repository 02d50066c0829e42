/** Adds up the time in which anything is under way; overlapping work counts once. */
export class Stopwatch {
  readonly #now: () => number;
  #underWay = 0;
  #since = 0;
  #sum = 0;

  /** @param now current value of what is added up, in any unit: a time, or processor time. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Sum so far, in the unit of `now`, without work that is still under way. */
  get sum(): number {
    return this.#sum;
  }

  /** Measures work; includes work that fails. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#underWay++ === 0) this.#since = this.#now();
    try {
      return await work();
    } finally {
      // A clock that was set back adds no time.
      if (--this.#underWay === 0) this.#sum += Math.max(0, this.#now() - this.#since);
    }
  }
}
