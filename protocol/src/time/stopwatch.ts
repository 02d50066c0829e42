/** Adds up the time in which something is under way, once where several things are. */
export class Stopwatch {
  readonly #now: () => number;
  #underWay = 0;
  #since = 0;
  #sum = 0;

  /** @param now of what is added up, in any unit: a time, or processor time. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The sum so far, in the unit of `now`: without what is under way. */
  get sum(): number {
    return this.#sum;
  }

  /** Also counts work that fails. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#underWay++ === 0) this.#since = this.#now();
    try {
      return await work();
    } finally {
      // A clock that was set back has not gone by at all.
      if (--this.#underWay === 0) this.#sum += Math.max(0, this.#now() - this.#since);
    }
  }
}
