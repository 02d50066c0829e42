/** Letters as they stand on the keys, from top to bottom. */
export const letterRows: readonly string[] = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** Keys by which a row is moved to the right, against the first. */
const shifts = [0, 0.25, 0.75];
/** Centres of keys that lie closer than this, in widths of a key, are neighbours. */
const near = 1.3;

/** What slips of the finger cost: −ln of how likely they are, in nats, roughly as people make them. */
export const slipCosts = {
  /** A key beside the right one. */
  neighbour: 3.5,
  /** Any other letter in the place of the right one. */
  other: 6,
  /** A letter that is not there. */
  missing: 4,
  /** An apostrophe that is not there. */
  apostrophe: 1,
  /** A letter too many. */
  extra: 5,
  /** The letter before once more. */
  doubled: 4,
  /** Two letters in each other's place. */
  swapped: 4,
} as const;

const neighbours = neighbourPairs();

/** Whether two lower-case letters lie beside one another on the keys. */
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
 * What it costs that the beginning of a word was typed so: the cheapest way from its letters to those that were typed, by slips of one letter or of
 * two in each other's place, none of whose letters slips again (the restricted distance of Damerau 1964 with costs, as Kernighan, Church and Gale
 * 1990 weigh them). Takes the letters of the word one by one; those that several words begin with are counted once.
 */
export class SlipRows {
  readonly #typed: string;
  readonly #word: string[] = [];
  /** By letters of the word so far: the cost of each beginning of what was typed. */
  readonly #rows: Float64Array[];
  /** The cheapest cost of all that was typed after so many letters of the word or fewer. */
  readonly #ends: number[];

  constructor(typed: string) {
    this.#typed = typed;
    const first = new Float64Array(typed.length + 1);
    for (let i = 1; i <= typed.length; i++) first[i] = first[i - 1]! + this.#extra(i);
    this.#rows = [first];
    this.#ends = [first[typed.length]!];
  }

  /** What the word costs as far as its letters were given, all letters behind them still to be typed. */
  get cost(): number {
    return this.#ends.at(-1)!;
  }

  /** No word that begins with these letters costs less, unless the cost so far is less. */
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

  /** The next letter of the word. */
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

  /** Of the letter at a place of what was typed, counted from 1, which no letter of the word stands for. */
  #extra(i: number): number {
    return i > 1 && this.#typed[i - 1] === this.#typed[i - 2] ? slipCosts.doubled : slipCosts.extra;
  }
}

function substitution(letter: string, key: string): number {
  if (letter === key) return 0;
  return areNeighbours(letter, key) ? slipCosts.neighbour : slipCosts.other;
}
