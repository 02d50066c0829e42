import type { NgramStep, Query } from '@murmuration/protocol/queries/query';
import type { QueryResult } from '../registry/query-results.ts';
import { nextNgramStep } from './ngram-chain.ts';

/** Times that a further round of a query is asked by itself until it succeeds, the first one included. */
export const mostAttempts = 3;

/** Results among which the round is looked for that a further one follows: commands may have had it fail more often. */
export const resultsRead = 32;

/** A round that is to follow those of a query that is asked in several. */
export interface FurtherRound {
  /** What it asks about, which the rounds before it have found. */
  readonly asked: { readonly heavy: Uint8Array } | { readonly step: NgramStep };
  /** Which one it is, counted from 1, and how many there are at most. */
  readonly number: number;
  readonly of: number;
  /** How often it has failed. */
  readonly failures: number;
  /** ms since 1970: what it asks about is too old from then on, and the query begins with its first round. */
  readonly until: number;
}

/** Whether it is asked by itself, and not by command only. */
export const asksItself = ({ failures }: Pick<FurtherRound, 'failures'>) => failures < mostAttempts;

/**
 * The round that is to follow those of a query, by its newest results, the newest one first; undefined where its next round is the first one. One that
 * has failed is that round again: devices whose answers were lost with it have answered in their period, and others may. `largestCohort` and `grows`
 * are those of `nextNgramStep`.
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

/** The buckets that the first round of a query for heavy hitters has found; undefined where that was no such round, or one of another query. */
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
