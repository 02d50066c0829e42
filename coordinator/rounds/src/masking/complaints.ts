/** Holders that may lie at once in any round, however few are assumed: two that agree convict nobody. */
const mostLiars = 2;

/**
 * Which holders could not open the boxes of which dealers, as their reveals say, by number. Boxes lie under their dealer's signature, so that one
 * opens unless its dealer or its holder lies (SPEC.md, SA17).
 */
export class Complaints {
  readonly #most: number;
  readonly #against = new Map<number, number[]>();

  /** `corrupt`: the corrupt devices that are assumed among the holders of one device. */
  constructor(corrupt: number) {
    this.#most = Math.max(mostLiars, corrupt);
  }

  /** Takes the complaints of a holder. One that complains of more dealers than may lie is a liar itself: its complaints prove nothing. Returns those whom they prove to have dealt wrong boxes. */
  take(holder: number, dealers: readonly number[]): readonly number[] {
    const others = dealers.filter(dealer => dealer !== holder);
    if (others.length > this.#most) return [];
    for (const dealer of others) this.#against.set(dealer, [...(this.#against.get(dealer) ?? []), holder]);
    return others.filter(dealer => this.#against.get(dealer)!.length === this.#most + 1);
  }

  /** Who complains of a dealer. */
  of(dealer: number): readonly number[] {
    return this.#against.get(dealer) ?? [];
  }
}
