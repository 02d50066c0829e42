import type { Query } from './query.ts';

/** What a name ends with where it is that of a second round. */
const second = '--2';

/** Rounds of a query for n-grams of up to four ids: one for single classes, two for each length after it. */
const mostSteps = 7;

/** By which names devices offer to answer a query of more rounds than one, beside its own. */
export function furtherOffers(name: string, kind: Query['kind']): string[] {
  if (kind === 'heavy-hitters') return [`${name}${second}`];
  return kind === 'ngrams' ? Array.from({ length: mostSteps - 1 }, (_, i) => `${name}--${i + 2}`) : [];
}

/** By which name devices offer to answer a query, and remember that they have: each further round has one of its own. */
export function offerOf(query: Query): string {
  if (query.kind === 'ngrams' && query.step) {
    const { length, asks } = query.step;
    return `${query.name}--${2 * length - (asks === 'sketch' ? 2 : 1)}`;
  }
  return query.kind === 'heavy-hitters' && query.heavy ? `${query.name}${second}` : query.name;
}
