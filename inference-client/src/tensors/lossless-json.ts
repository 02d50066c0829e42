import { refuseInput } from './tensor.ts';

/** Stands before the digits of a number that JSON has no room for; no number that people write begins with it. */
const mark = '\u0001';
/** Strings are passed over as they are; then numbers of 16 and more characters, and what JavaScript calls numbers and JSON doesn't. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]{15,}|-?\b(?:NaN|Infinity)\b/g;

/**
 * What a JSON text says. Integers of 16 and more digits, which a number of JavaScript would round, are kept whole where `wide` is set, and
 * `NaN`, `Infinity` and `-Infinity` are taken where `notFinite` is: `numberOf` and `integerOf` read them. Throws `inference.input`.
 */
export function parseJson(text: string, { wide, notFinite }: { wide: boolean; notFinite: boolean }): unknown {
  const isPlain = !(wide && /\d{16}/.test(text)) && !(notFinite && /NaN|Infinity/.test(text));
  const marked = isPlain
    ? text
    : text.replace(tokens, token => {
        if (token.startsWith('"')) return token;
        const isNumber = /^-?\d/.test(token);
        if (isNumber ? wide && /^-?\d+$/.test(token) : notFinite) return `"\\u0001${token}"`;
        return token;
      });
  try {
    return JSON.parse(marked);
  } catch {
    // The engine's message quotes the text, and refusals are logged.
    return refuseInput('The body is no JSON; send one object.');
  }
}

/** The number that a value of `parseJson` is; undefined for what is none. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.startsWith(mark) ? Number(value.slice(1)) : undefined;
}

/** The integer that a value of `parseJson` is, whole; undefined for what is none. */
export function integerOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== 'string' || !value.startsWith(mark)) return undefined;
  const text = value.slice(1);
  return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
}
