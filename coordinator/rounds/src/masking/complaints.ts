/** Lower bound on the holders assumed to lie at once in a round: two that agree convict no device. */
const mostLiars = 2;

/**
 * Complaints of holders that could not open the boxes of dealers, by number, as their reveals say. Boxes lie
 * under their dealer's signature, so a box opens unless its dealer or its holder lies (SPEC.md, SA17).
 */
export class Complaints {
  readonly #most: number;
  readonly #against = new Map<number, number[]>();

  /**
   * Starts without complaints; `corrupt` is the number of corrupt devices assumed among the holders of one
   * device.
   */
  constructor(corrupt: number) {
    this.#most = Math.max(mostLiars, corrupt);
  }

  /**
   * Takes the complaints of a holder. A holder that complains of more dealers than may lie is itself a liar,
   * and its complaints prove nothing. Returns the dealers whom the complaints prove to have dealt wrong
   * boxes.
   */
  take(holder: number, dealers: readonly number[]): readonly number[] {
    const others = dealers.filter(dealer => dealer !== holder);
    if (others.length > this.#most) return [];
    for (const dealer of others) this.#against.set(dealer, [...(this.#against.get(dealer) ?? []), holder]);
    return others.filter(dealer => this.#against.get(dealer)!.length === this.#most + 1);
  }

  /** Returns the holders that complain of a dealer. */
  of(dealer: number): readonly number[] {
    return this.#against.get(dealer) ?? [];
  }
}
