import type { Query } from './query.ts';

/** What a name ends with where it is that of a second round. */
export const second = '--2';

/** By which name devices offer to answer a query, and remember that they have: the second round of heavy hitters has one of its own. */
export function offerOf(query: Query): string {
  return query.kind === 'heavy-hitters' && query.heavy ? `${query.name}${second}` : query.name;
}
