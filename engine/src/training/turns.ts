/** Gives other tasks of the thread their turn between the parts of some work. */
export class TrainingTurns {
  readonly #now: () => number;
  readonly #giveWay: () => Promise<void>;
  readonly #longest: number;
  #began: number;
  #last: number;
  /** Expected milliseconds of a part, from those so far. */
  #expected = 0;

  /**
   * @param now clock in ms.
   * @param giveWay resolves once other tasks had their turn.
   * @param longest ms of work between two turns, if no part is longer.
   */
  constructor(now: () => number, giveWay: () => Promise<void>, longest: number) {
    this.#now = now;
    this.#giveWay = giveWay;
    this.#longest = longest;
    this.#began = this.#last = now();
  }

  /** Gives way between two parts if the next one would end too late. */
  async between(): Promise<void> {
    const at = this.#now();
    const took = Math.max(0, at - this.#last);
    this.#expected = Math.max(took, (7 * this.#expected + took) / 8);
    this.#last = at;
    // A clock that was set back does not tell how long the work took.
    const worked = at - this.#began;
    if (worked >= 0 && worked + this.#expected <= this.#longest) return;
    await this.#giveWay();
    this.#began = this.#last = this.#now();
  }
}
