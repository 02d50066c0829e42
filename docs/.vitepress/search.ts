import type { SearchOptions } from 'minisearch';
import { synonyms } from './synonyms.ts';

/** How much more a section counts on pages whose address begins so; the first that fits counts, and others count 1. */
const kinds: readonly (readonly [path: string, boost: number])[] = [
  ['/guides/', 3],
  ['/start', 2],
  ['/reference/api/', 0.2],
  ['/reference/', 0.8],
  ['/benchmarks/', 0.2],
  ['/project/', 0.3],
];

/** Ranks headings before those above them before text, and guides before references before the API. */
export const searchOptions: SearchOptions = {
  tokenize: wordsOf,
  boost: { title: 6, titles: 2, text: 1 },
  prefix: word => word.length > 2,
  fuzzy: word => (word.length > 4 ? 0.2 : false),
  weights: { prefix: 0.7, fuzzy: 0.1 },
  boostDocument: (id: string) => kinds.find(([path]) => id.startsWith(path))?.[1] ?? 1,
};

const separators = /[\s\p{P}\p{S}]+/u;

/** The longest come first: they are found before their parts. */
const known = new RegExp(
  `(?<= )(?:${Object.keys(synonyms)
    .toSorted((one, other) => other.length - one.length)
    .join('|')})(?= )`,
  'g',
);

/** Splits a query's first 100 characters into words, in the place of some those that the pages use. */
function wordsOf(query: string): string[] {
  const asked = query.slice(0, 100).toLowerCase().split(separators).filter(Boolean).join(' ');
  const meant = ` ${asked} `.replace(known, said => synonyms[said]!);
  return [...new Set(meant.split(' '))].filter(Boolean);
}
