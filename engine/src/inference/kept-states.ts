import type { SequenceState } from './predictor.ts';

interface Kept {
  readonly input: readonly number[];
  /** Number of tokens of the input that the state covers. */
  readonly length: number;
  readonly state: SequenceState;
}

/** States of a predictor after beginnings of inputs; keeps the most recently used. */
export class KeptStates {
  readonly #most: number;
  /** States by last use; the most recent comes last. */
  readonly #kept: Kept[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#kept.length;
  }

  /** State after the longest known beginning of `input`, of at most `most` tokens. */
  longest(input: readonly number[], most = input.length): Omit<Kept, 'input'> | undefined {
    let found = -1;
    for (const [place, kept] of this.#kept.entries())
      if (kept.length <= most && kept.length > (this.#kept[found]?.length ?? 0) && begins(input, kept))
        found = place;
    return this.#use(found);
  }

  /**
   * Keeps a state.
   * @param input must not change afterwards.
   */
  keep(input: readonly number[], length: number, state: SequenceState): void {
    const place = this.#kept.findIndex(kept => kept.length === length && begins(input, kept));
    if (place >= 0) this.#use(place);
    else this.#kept.push({ input, length, state });
    if (this.#kept.length > this.#most) this.#kept.shift();
  }

  clear(): void {
    this.#kept.length = 0;
  }

  #use(place: number): Kept | undefined {
    const [kept] = place < 0 ? [] : this.#kept.splice(place, 1);
    if (kept) this.#kept.push(kept);
    return kept;
  }
}

function begins(input: readonly number[], { input: known, length }: Kept): boolean {
  for (let at = length - 1; at >= 0; at--) if (input[at] !== known[at]) return false;
  return true;
}
