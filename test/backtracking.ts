/** Counts what a backtracking engine does with a regular expression, step by step: the time of the real one would differ from run to run. */

type Node =
  | {
      readonly kind: 'character';
      readonly fits: (character: string) => boolean;
      readonly samples: readonly string[];
      readonly misfit: string;
    }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly parts: readonly Node[] }
  | {
      readonly kind: 'repeat';
      readonly part: Node;
      readonly least: number;
      readonly most: number;
      readonly isLazy: boolean;
    }
  | { readonly kind: 'look'; readonly part: Node; readonly isNegative: boolean }
  | { readonly kind: 'place'; readonly fits: (text: string, at: number) => boolean };

/** Repetitions to which those that an expression bounds are cut: with them it is as long, for every text. */
const mostCounted = 8;
/** Steps after which an expression is given up. */
const mostSteps = 100_000;
/** Characters that stand for classes of them. */
const candidates = [...'a0A -_./:;=@"\\<[{(%&?#+*,!~é\n\t\u0001'];
const isWord = (character: string | undefined): boolean => character !== undefined && /\w/.test(character);

/** A look at the character before. */
function behind(part: Node, isNegative: boolean): Node {
  const only = part.kind === 'sequence' && part.parts.length === 1 ? part.parts[0]! : part;
  if (only.kind !== 'character') throw new RangeError('Only one character is looked for behind.');
  return { kind: 'place', fits: (text, at) => (at > 0 && only.fits(text[at - 1]!)) !== isNegative };
}

/** Reads the expressions of this repository: no back references, and no looking further behind than a character. */
class Parser {
  readonly #source: string;
  readonly #flags: string;
  #at = 0;

  constructor({ source, flags }: RegExp) {
    this.#source = source;
    this.#flags = flags.replace(/[gydv]/g, '');
  }

  parse(): Node {
    const found = this.#choice();
    if (this.#at < this.#source.length)
      throw new RangeError(`Not understood: ${this.#source} at ${this.#at}`);
    return found;
  }

  #choice(): Node {
    const parts = [this.#sequence()];
    while (this.#takes('|')) parts.push(this.#sequence());
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at]!))
      parts.push(this.#repeated());
    return { kind: 'sequence', parts };
  }

  #repeated(): Node {
    const part = this.#atom();
    const found = /^(?:[*+?]|\{(\d+)(,(\d*))?\})(\??)/.exec(this.#source.slice(this.#at));
    if (!found) return part;
    this.#at += found[0].length;
    const [sign, from, comma, to, lazy] = found;
    const bounded = (count: string) => Math.min(Number(count), mostCounted);
    const least = from === undefined ? Number(sign[0] === '+') : bounded(from);
    const open = from === undefined ? sign[0] !== '?' : comma !== undefined && to === '';
    const most = open
      ? Number.POSITIVE_INFINITY
      : from === undefined
        ? 1
        : comma === undefined
          ? least
          : bounded(to!);
    return { kind: 'repeat', part, least, most, isLazy: lazy === '?' };
  }

  #atom(): Node {
    const source = this.#source;
    if (this.#takes('(')) {
      const [look] = /^\?<?[=!]/.exec(source.slice(this.#at)) ?? [];
      const [head] = /^\?(?:[:=!]|<[=!]|<\w+>)/.exec(source.slice(this.#at)) ?? [''];
      this.#at += head.length;
      const part = this.#choice();
      if (!this.#takes(')')) throw new RangeError(`Not understood: ${source} at ${this.#at}`);
      if (look?.startsWith('?<')) return behind(part, look === '?<!');
      return look ? { kind: 'look', part, isNegative: look === '?!' } : part;
    }
    const isMultiline = this.#flags.includes('m');
    if (this.#takes('^'))
      return { kind: 'place', fits: (text, at) => at === 0 || (isMultiline && text[at - 1] === '\n') };
    if (this.#takes('$'))
      return { kind: 'place', fits: (text, at) => at === text.length || (isMultiline && text[at] === '\n') };
    if (this.#takes('\\b'))
      return { kind: 'place', fits: (text, at) => isWord(text[at - 1]) !== isWord(text[at]) };
    const [one] =
      /^(?:\[(?:[^\]\\]|\\.)*\]|\\[pP]\{[^}]*\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\.|.)/su.exec(
        source.slice(this.#at),
      )!;
    this.#at += one.length;
    const single = new RegExp(`^(?:${one})$`, this.#flags);
    const known = new Map<string, boolean>();
    const fits = (character: string): boolean => {
      const found = known.get(character) ?? single.test(character);
      known.set(character, found);
      return found;
    };
    const own = [...one].filter(fits);
    const samples = [...new Set([...own.slice(0, 1), ...candidates.filter(fits)])].slice(0, 2);
    return { kind: 'character', fits, samples, misfit: candidates.find(character => !fits(character)) ?? '' };
  }

  #takes(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}

/** Tries an expression on texts. */
class Engine {
  steps = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Calls `next` with each place where a match that begins at `at` may end, until that is true. */
  match(node: Node, at: number, next: (at: number) => boolean): boolean {
    this.steps += 1;
    if (this.steps > mostSteps) return true;
    switch (node.kind) {
      case 'character': {
        const character = this.#text[at];
        return character !== undefined && node.fits(character) && next(at + 1);
      }
      case 'place':
        return node.fits(this.#text, at) && next(at);
      case 'look':
        return this.match(node.part, at, () => true) !== node.isNegative && next(at);
      case 'choice':
        return node.parts.some(part => this.match(part, at, next));
      case 'sequence': {
        const from = (index: number, place: number): boolean =>
          index === node.parts.length || index < 0
            ? next(place)
            : this.match(node.parts[index]!, place, end => from(index + 1, end));
        return from(0, at);
      }
      case 'repeat': {
        const { part, least, most, isLazy } = node;
        const from = (count: number, place: number): boolean => {
          const further = () =>
            count < most &&
            this.match(part, place, end => (end === place && count >= least ? false : from(count + 1, end)));
          const enough = () => count >= least && next(place);
          return isLazy ? enough() || further() : further() || enough();
        };
        return from(0, at);
      }
    }
  }
}

/** Steps of looking for an expression all through a text. */
function stepsOn(node: Node, text: string): number {
  const engine = new Engine(text);
  for (let at = 0; at <= text.length; ) {
    let end = -1;
    engine.match(node, at, place => {
      end = place;
      return true;
    });
    at = Math.max(at + 1, end);
  }
  return engine.steps;
}

/** Characters by which a match may fail. */
function misfitsOf(node: Node): readonly string[] {
  if (node.kind === 'character') return [node.misfit];
  if ('part' in node) return misfitsOf(node.part);
  return 'parts' in node ? node.parts.flatMap(misfitsOf) : [];
}

function samplesOf(node: Node): readonly string[] {
  if (node.kind === 'character') return node.samples;
  if ('part' in node) return samplesOf(node.part);
  return 'parts' in node ? [...new Set(node.parts.flatMap(samplesOf))] : [];
}

/** A short text that matches, about. */
function shortest(node: Node): string {
  if (node.kind === 'character') return node.samples[0] ?? '';
  if (node.kind === 'sequence') return node.parts.map(shortest).join('');
  if (node.kind === 'choice') return shortest(node.parts[0]!);
  return node.kind === 'repeat' ? shortest(node.part).repeat(Math.min(node.least, 40)) : '';
}

/** What may stand before each part that is repeated. */
function prefixes(node: Node, before = ''): readonly string[] {
  if (node.kind === 'repeat') return [before, ...prefixes(node.part, before)];
  if (node.kind === 'choice') return node.parts.flatMap(part => prefixes(part, before));
  if (node.kind !== 'sequence') return [];
  let text = before;
  return node.parts.flatMap(part => {
    const found = prefixes(part, text);
    text += shortest(part);
    return found;
  });
}

/** The text, among many that are made for it, by which an expression takes more than twice as many steps where it is twice as long; undefined for none. */
export function worstText(expression: RegExp): string | undefined {
  const node = new Parser(expression).parse();
  const samples = samplesOf(node).slice(0, 6);
  const pumps = [...samples, ...samples.flatMap(one => samples.map(other => one + other))];
  const ends = new Set(['\u0002', ...misfitsOf(node)]);
  for (const prefix of new Set(['', ...prefixes(node)]))
    for (const pump of new Set(pumps))
      for (const end of ends) {
        const steps = (count: number) => stepsOn(node, prefix + pump.repeat(count) + end);
        // Three times, since a few steps are not for each character.
        if (steps(64) > Math.min(3 * steps(32), mostSteps))
          return `${prefix}, ${JSON.stringify(pump)} again and again, ${end}`;
      }
  return undefined;
}
