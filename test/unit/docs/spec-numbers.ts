import { createHash } from 'node:crypto';

const words = ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'thirty'];
const bounds = ['at least', 'at most', 'above', 'below', 'half', 'twice', 'a second', 'a minute', 'an hour'];
const units = 'ms|s|min|seconds|minutes|days|bytes|bits|characters|MiB';

/** The patterns of what counts: code, numbers, operators, variables of one letter, numbers and bounds in words. */
const figure = new RegExp(
  [
    '`[^`]+`',
    `\\d(?:[\\d,.]*\\d)?(?: (?:${units})\\b)?`,
    '[½⁰¹²³⁴-⁹⁻ᵗᵢ₁₂‖√⌊⌋⌈⌉≥≤<>±·−+/=^Σ∞←]',
    "(?<![\\p{L}\\d'’])[b-zB-Zα-ωΓ](?![\\p{L}\\d])",
    `\\b(?:${[...words, ...bounds].join('|')})\\b`,
  ].join('|'),
  'gu',
);

/** The numbers, codes, formulas and bounds of a text, in their order. Ids of rules are none of them. */
export function figuresOf(text: string): string[] {
  const prose = text.replaceAll(/\s+/g, ' ').replaceAll(/\b[A-Z]{2}\d+\b/g, '');
  return [...prose.matchAll(figure)].map(([part]) => part);
}

/** A short hash of the figures of a text. */
export const hashOf = (text: string): string =>
  createHash('sha256').update(figuresOf(text).join('\n')).digest('hex').slice(0, 8);

/** The rules of a specification by their ids: each with the lines below it that are indented or empty. */
export function rulesOf(spec: string): Map<string, string> {
  const rules = spec.matchAll(/^- \*\*([A-Z]{2}\d+) .*\n(?:(?: .*)?\n)*/gm);
  return new Map([...rules].map(([text, id]) => [id!, text]));
}
