/** Lets others of the thread have their turn between the parts of some work. */
export class Turns {
  readonly #now: () => number;
  readonly #giveWay: () => Promise<void>;
  readonly #longest: number;
  #began: number;
  #last: number;
  /** What a part may take, from those so far, ms. */
  #expected = 0;

  /** @param now ms. @param giveWay is over once others had their turn. @param longest ms of work between two turns, as far as its parts are shorter. */
  constructor(now: () => number, giveWay: () => Promise<void>, longest: number) {
    this.#now = now;
    this.#giveWay = giveWay;
    this.#longest = longest;
    this.#began = this.#last = now();
  }

  /** Between two parts: gives way where the next one would be over too late. */
  async between(): Promise<void> {
    const at = this.#now();
    const took = Math.max(0, at - this.#last);
    this.#expected = Math.max(took, (7 * this.#expected + took) / 8);
    this.#last = at;
    // A clock that was set back tells nothing of how long it was.
    const worked = at - this.#began;
    if (worked >= 0 && worked + this.#expected <= this.#longest) return;
    await this.#giveWay();
    this.#began = this.#last = this.#now();
  }
}
