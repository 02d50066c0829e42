import type { Query, QueryKind } from './query.ts';
import { type Side, sideAsked } from './sides.ts';

/** Rounds of a query for n-grams of up to four ids: one for single classes, two for each length after it. */
const maxQueryRounds = 7;

/** Maximum rounds of a query of a kind. */
function roundsOf(kind: QueryKind): number {
  if (kind === 'heavy-hitters') return 2;
  return kind === 'ngrams' ? maxQueryRounds : 1;
}

/** Name under which a round is offered; each further round has its own. */
const offerFor = (name: string, round: number): string => (round === 1 ? name : `${name}--${round}`);

/** Names under which a device on a side of its source offers to answer a query. */
export function offersOf(name: string, kind: QueryKind, side: Side): string[] {
  const rounds = Array.from({ length: roundsOf(kind) }, (_, i) => i + 1);
  return rounds
    .filter(round => (sideAsked(kind, round) ?? side) === side)
    .map(round => offerFor(name, round));
}

/** Number of the query's round, from 1. */
export function roundOf(query: Query): number {
  if (query.kind === 'ngrams' && query.step) {
    const { length, asks } = query.step;
    return 2 * length - (asks === 'sketch' ? 2 : 1);
  }
  return query.kind === 'heavy-hitters' && query.heavy ? 2 : 1;
}

/** Name under which devices offer to answer a query, and remember that they have. */
export const offerOf = (query: Query): string => offerFor(query.name, roundOf(query));
