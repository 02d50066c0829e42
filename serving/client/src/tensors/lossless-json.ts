import { refuseInput } from './tensor.ts';

/**
 * Marks for numbers that JSON can't hold, which are then read as texts: control characters as escapes; one
 * that does not occur in the text is used.
 */
const marks = [1, 2, 3, 4, 5, 6, 7].map(number => ({
  written: `\\u000${number}`,
  read: String.fromCharCode(number),
}));
/**
 * Digits from which on JavaScript may round an integer, and maximum characters of a 64-bit integer with its
 * sign.
 */
const [fewDigits, mostDigits] = [16, 20];
/** Maximum depth of nested lists and objects: more than any tensor has dimensions. */
const maxJsonDepth = 32;
/** Weights of values for memory, in elements of 8 bytes. */
const weights = { text: 4, list: 8, object: 32 };

/** Length of texts so short that they can't hold many values. */
const short = 262_144;
/** Additional weight allowed for names and lists around the values of tensors. */
const around = 16_384;

const code = (character: string): number => character.charCodeAt(0);
const quote = code('"');
const backslash = code('\\');
const comma = code(',');
const minus = code('-');
const openList = code('[');
const closeList = code(']');
const openObject = code('{');
const closeObject = code('}');
const zero = code('0');
const nine = code('9');
const notANumber = code('N');
const infinite = code('I');
/** Flags for the characters of numbers, by character code. */
const partsOfNumbers = new Uint8Array(128);
for (const part of '0123456789.eE+-') partsOfNumbers[code(part)] = 1;
const telling = new Uint8Array(128);
for (const character of ',-0123456789"[]{}NI') telling[code(character)] = 1;

/** Rules for reading a JSON text. */
export interface JsonRules {
  /** True if integers of 16 and more digits, which JavaScript would round, are kept exact. */
  readonly wide: boolean;
  /** True if `NaN`, `Infinity` and `-Infinity` are accepted. */
  readonly notFinite: boolean;
  /** Maximum values, where a text counts as 4, a list as 8 and an object as 32. */
  readonly most: number;
}

/**
 * Parses a JSON text, with a bigint for an integer that is kept exact, and a `Number` object for `NaN` and
 * infinities; `numberOf` and `integerOf` read both. A plain number that is infinite was too large for a
 * double. Throws `inference.input`, for a text with too many values before it allocates any.
 */
export function parseJson(text: string, rules: JsonRules): unknown {
  try {
    if (isPlain(text, rules)) return JSON.parse(text);
    const mark = marks.find(({ written }) => !text.includes(written));
    if (!mark) refuseInput('The body has control characters of too many kinds.');
    const marking = marked(text, mark.written, rules);
    return marking === text ? JSON.parse(text) : unmarked(JSON.parse(marking), mark.read);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // The engine's message quotes the text, and refusals are logged.
    return refuseInput('The body is no JSON; send one object.');
  }
}

/**
 * True if a text has nothing to mark, to count or to refuse: most have not, which saves a look at each
 * character.
 */
function isPlain(text: string, { wide, notFinite }: JsonRules): boolean {
  if (text.length > short || (wide && /\d{16}/.test(text)) || (notFinite && /NaN|Infinity/.test(text)))
    return false;
  let lists = 0;
  for (const opening of '[{')
    for (let at = text.indexOf(opening); at >= 0; at = text.indexOf(opening, at + 1))
      if (++lists > maxJsonDepth) return false;
  return true;
}

/** Replaces each number that JSON can't hold by a marked text. */
function marked(text: string, mark: string, { wide, notFinite, most }: JsonRules): string {
  const { length } = text;
  const bound = length > short ? most + around : Number.POSITIVE_INFINITY;
  const parts: string[] = [];
  let taken = 0;
  let count = 0;
  let depth = 0;
  for (let at = 0; at < length; at++) {
    const found = text.charCodeAt(at);
    if (found > 127 || telling[found] === 0) continue;
    if (found === comma) count += 1;
    else if ((found >= zero && found <= nine) || found === minus) {
      const end = endOfNumber(text, at);
      const digits = end - at - (found === minus ? 1 : 0);
      if (notFinite && digits === 0 && isWord(text, end)) continue;
      if (wide && digits >= fewDigits && isInteger(text, at + (found === minus ? 1 : 0), end)) {
        parts.push(text.slice(taken, at), `"${mark}`, text.slice(at, end), '"');
        taken = end;
      }
      at = end - 1;
    } else if (found === quote) {
      at = endOfText(text, at);
      count += weights.text;
    } else if (found === openList || found === openObject) {
      depth += 1;
      count += found === openList ? weights.list : weights.object;
      if (depth > maxJsonDepth)
        refuseInput(
          `The body is nested too deep; ${maxJsonDepth} lists or objects within each other are the most.`,
        );
    } else if (found === closeList || found === closeObject) depth -= 1;
    else if (notFinite && (found === notANumber || found === infinite) && isWord(text, at)) {
      const start = text.charCodeAt(at - 1) === minus ? at - 1 : at;
      const end = at + (found === notANumber ? 'NaN' : 'Infinity').length;
      parts.push(text.slice(taken, start), `"${mark}`, text.slice(start, end), '"');
      taken = end;
      at = end - 1;
    }
    if (count > bound)
      refuseInput(
        `The body has more than ${most} values, where a text counts as ${weights.text}, a list as ${weights.list} and an object as ${weights.object}.`,
      );
  }
  return taken === 0 ? text : parts.join('') + text.slice(taken);
}

/** Replaces each marked text by its number, in place. */
function unmarked(value: unknown, mark: string): unknown {
  if (typeof value === 'string') return value.startsWith(mark) ? numberFrom(value.slice(1)) : value;
  if (Array.isArray(value)) for (let at = 0; at < value.length; at++) value[at] = unmarked(value[at], mark);
  else if (typeof value === 'object' && value !== null)
    for (const [name, own] of Object.entries(value))
      Object.defineProperty(value, name, { value: unmarked(own, mark) });
  return value;
}

function numberFrom(text: string): unknown {
  if (/[Ny]$/.test(text)) return new Number(text);
  // More digits would take longer to convert to a bigint than to read.
  return text.length > mostDigits ? Number(text) : BigInt(text);
}

/** Index of the closing quotation mark of the text that begins at `start`, or of the end if there is none. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    at = text.indexOf('"', at);
    if (at < 0) return text.length;
    let before = at - 1;
    while (text.charCodeAt(before) === backslash) before -= 1;
    // An even number of backslashes are literal.
    if ((at - before) % 2 === 1) return at;
  }
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  while (partsOfNumbers[text.charCodeAt(at)] === 1) at += 1;
  return at;
}

function isInteger(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const found = text.charCodeAt(at);
    if (found < zero || found > nine) return false;
  }
  return true;
}

function isWord(text: string, at: number): boolean {
  return text.startsWith('NaN', at) || text.startsWith('Infinity', at);
}

/** Number of a value of `parseJson`; undefined for any other. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'bigint' || value instanceof Number ? Number(value) : undefined;
}

/** Exact 64-bit integer of a value of `parseJson`; undefined for any other. */
export function integerOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined;
}
