/** Letters in their positions on the keys, from top to bottom. */
export const letterRows: readonly string[] = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** Offsets of the rows to the right, in key widths. */
const shifts = [0, 0.25, 0.75];
/** Distance of key centres, in key widths, below which keys are neighbours. */
const near = 1.3;

/** Costs of slips of the finger: −ln of their approximate probability, in nats. */
export const slipCosts = {
  /** Key beside the right one. */
  neighbour: 3.5,
  /** Any other letter in the place of the right one. */
  other: 6,
  /** Missing letter. */
  missing: 4,
  /** Missing apostrophe. */
  apostrophe: 1,
  /** Extra letter. */
  extra: 5,
  /** Letter before, typed once more. */
  doubled: 4,
  /** Two letters in each other's place. */
  swapped: 4,
} as const;

const neighbours = neighbourPairs();

/** True if two lower-case letters lie beside one another on the keys. */
export function areNeighbours(one: string, other: string): boolean {
  return neighbours.has(one + other);
}

function neighbourPairs(): ReadonlySet<string> {
  const keys = letterRows.flatMap((row, y) =>
    Array.from(row, (letter, i) => ({ letter, x: i + shifts[y]!, y })),
  );
  const pairs = keys.flatMap(one =>
    keys
      .filter(other => one !== other && Math.hypot(one.x - other.x, one.y - other.y) < near)
      .map(other => one.letter + other.letter),
  );
  return new Set(pairs);
}

/**
 * Cost of typing the beginning of a word in this way: the cheapest path from its letters to the typed ones,
 * by slips of one letter or of two in each other's place, none of whose letters slips again (the restricted
 * distance of Damerau 1964 with costs, as Kernighan, Church and Gale 1990 weigh them). Takes the letters of
 * the word one by one, so that words with a common beginning share its rows.
 */
export class SlipRows {
  readonly #typed: string;
  readonly #word: string[] = [];
  /** Costs of each beginning of the typed letters, by number of the word's letters so far. */
  readonly #rows: Float64Array[];
  /** Cheapest cost of all typed letters after this many letters of the word or fewer. */
  readonly #ends: number[];

  constructor(typed: string) {
    this.#typed = typed;
    const first = new Float64Array(typed.length + 1);
    for (let i = 1; i <= typed.length; i++) first[i] = first[i - 1]! + this.#extra(i);
    this.#rows = [first];
    this.#ends = [first[typed.length]!];
  }

  /** Cost of the word with the letters so far, if the rest is still to be typed. */
  get cost(): number {
    return this.#ends.at(-1)!;
  }

  /** Lower bound of the cost of words that begin with these letters, unless the cost so far is less. */
  get least(): number {
    const least = (row: Float64Array | undefined) => (row ? Math.min(...row) : Number.POSITIVE_INFINITY);
    return Math.min(least(this.#rows.at(-1)), least(this.#rows.at(-2)));
  }

  /** Goes back to the first `length` letters of the word. */
  keep(length: number): void {
    this.#word.length = length;
    this.#rows.length = length + 1;
    this.#ends.length = length + 1;
  }

  /** Adds the next letter of the word. */
  add(letter: string): void {
    const typed = this.#typed;
    const length = this.#word.length;
    const [above, before] = [this.#rows[length]!, this.#rows[length - 1]];
    const last = this.#word[length - 1];
    const missing = letter === "'" ? slipCosts.apostrophe : slipCosts.missing;
    const row = new Float64Array(typed.length + 1);
    row[0] = above[0]! + missing;
    for (let i = 1; i <= typed.length; i++) {
      const key = typed[i - 1]!;
      let cost = Math.min(
        above[i - 1]! + substitution(letter, key),
        above[i]! + missing,
        row[i - 1]! + this.#extra(i),
      );
      if (before && i > 1 && letter === typed[i - 2] && key === last && key !== letter)
        cost = Math.min(cost, before[i - 2]! + slipCosts.swapped);
      row[i] = cost;
    }
    this.#word.push(letter);
    this.#rows.push(row);
    this.#ends.push(Math.min(this.cost, row[typed.length]!));
  }

  /** Cost of an extra typed letter at a position, counted from 1. */
  #extra(i: number): number {
    return i > 1 && this.#typed[i - 1] === this.#typed[i - 2] ? slipCosts.doubled : slipCosts.extra;
  }
}

function substitution(letter: string, key: string): number {
  if (letter === key) return 0;
  return areNeighbours(letter, key) ? slipCosts.neighbour : slipCosts.other;
}
