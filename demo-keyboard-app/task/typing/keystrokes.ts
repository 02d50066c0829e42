/** Counts the letters that suggestions save a writer who takes a word as soon as it is shown. */
export class KeystrokeCounter {
  #letters = 0;
  #typed = 0;

  /**
   * Counts one word. `suggested` returns the words shown after the letters typed so far. Taking one costs as
   * much as the space that comes with it, so only letters count.
   */
  add(word: string, suggested: (typed: string) => readonly string[]): void {
    this.#letters += word.length;
    for (let typed = 0; typed < word.length; typed++) {
      if (suggested(word.slice(0, typed)).includes(word)) return;
      this.#typed++;
    }
  }

  get letters(): number {
    return this.#letters;
  }

  /** Share of letters that need not be typed, 0 to 1. Throws a RangeError before the first word. */
  get saved(): number {
    if (this.#letters === 0) throw new RangeError('No word was counted.');
    return 1 - this.#typed / this.#letters;
  }
}
