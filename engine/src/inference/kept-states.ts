import type { SequenceState } from './predictor.ts';

interface Kept {
  readonly input: readonly number[];
  /** Of how many tokens of it the state is. */
  readonly length: number;
  readonly state: SequenceState;
}

/** States of a predictor after beginnings of inputs, of which those that were of use last are kept. */
export class KeptStates {
  readonly #most: number;
  /** The one that was of use last comes last. */
  readonly #kept: Kept[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#kept.length;
  }

  /** The state after the longest beginning of `input` that is known, of at most `most` tokens. */
  longest(input: readonly number[], most = input.length): Omit<Kept, 'input'> | undefined {
    let found = -1;
    for (const [place, kept] of this.#kept.entries())
      if (kept.length <= most && kept.length > (this.#kept[found]?.length ?? 0) && begins(input, kept))
        found = place;
    return this.#use(found);
  }

  /** @param input not to be changed any more. */
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
