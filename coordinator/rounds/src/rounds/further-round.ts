import type { NgramStep, Query } from '@murmuration/protocol/queries/query';
import type { QueryResult } from '../registry/query-results.ts';
import { nextNgramStep } from './ngram-chain.ts';

/** Number of automatic attempts at a further round of a query, the first one included. */
export const mostAttempts = 3;

/** Results searched for the round that a further one follows: commands may have made it fail more often. */
export const resultsRead = 32;

/** Next round of a query that is asked in several rounds. */
export interface FurtherRound {
  /** Subject of the round, which the rounds before it have found. */
  readonly asked: { readonly heavy: Uint8Array } | { readonly step: NgramStep };
  /** Number of the round, from 1, and the largest number of rounds. */
  readonly number: number;
  readonly of: number;
  /** Number of times that it has failed. */
  readonly failures: number;
  /** ms since 1970 from which its subject is too old, and the query begins with its first round again. */
  readonly until: number;
}

/** True if it is asked automatically, and not only by command. */
export const asksItself = ({ failures }: Pick<FurtherRound, 'failures'>) => failures < mostAttempts;

/**
 * Returns the round that follows those of a query, by its newest results, newest first; undefined if the
 * first round is next. A failed round is repeated: devices whose answers were lost with it have answered in
 * their period, and others may. `largestCohort` and `grows` are those of `nextNgramStep`.
 */
export async function furtherRound(
  query: Query,
  newestFirst: readonly Pick<QueryResult, 'query' | 'figures' | 'startedAt'>[],
  largestCohort: number,
  grows = false,
): Promise<FurtherRound | undefined> {
  const failures = newestFirst.findIndex(({ figures }) => figures !== null);
  if (failures < 0) return undefined;
  const shown = newestFirst.filter(({ figures }) => figures !== null);
  const until = shown[0]!.startedAt + query.period;
  if (query.kind === 'ngrams') {
    const step = await nextNgramStep(query, shown, largestCohort, grows);
    if (!step) return undefined;
    const number = 2 * step.length - (step.asks === 'sketch' ? 2 : 1);
    return { asked: { step }, number, of: 2 * query.sketches.length + 1, failures, until };
  }
  const heavy = heavyIn(query, shown[0]!);
  return heavy && { asked: { heavy }, number: 2, of: 2, failures, until };
}

/**
 * Returns the buckets that the first round of a query for heavy hitters has found; undefined if it was no
 * such round, or one of another query.
 */
function heavyIn(
  query: Query,
  { query: asked, figures }: Pick<QueryResult, 'query' | 'figures'>,
): Uint8Array | undefined {
  if (figures?.kind !== 'sketch' || query.kind !== 'heavy-hitters' || asked.kind !== 'heavy-hitters')
    return undefined;
  const fields = ['threshold', 'heavyFrom', 'buckets'] as const;
  return fields.every(field => query[field] === asked[field])
    ? new Uint8Array(Buffer.from(figures.heavy, 'base64url'))
    : undefined;
}
