import type { Query } from '@murmuration/protocol/queries/query';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import type { Aggregate } from '../aggregation/aggregate.ts';
import type { QueryResult } from '../registry/query-results.ts';
import type { RoundRecord } from '../round/record.ts';
import type { RoundTerms } from '../round/round.ts';

/**
 * Returns the query result of a finished round; undefined for a round in which devices trained. `aggregate`
 * is set if the round has not failed, `privacy` if its noise took a step of a budget. Throws as
 * `AnswerSum.figures`.
 */
export function resultOf(
  { plan }: RoundTerms,
  { task, round, number, startedAt, endedAt, failure }: RoundRecord,
  aggregate?: Aggregate,
  privacy?: QueryResult['privacy'],
): QueryResult | undefined {
  const query = queryOf(plan);
  if (!query) return undefined;
  // The findings of earlier rounds are stored with those rounds.
  const { heavy: _, step: __, ...asked } = { heavy: undefined, step: undefined, ...query };
  const answers = aggregate?.consumes === 'answers' ? aggregate : undefined;
  return {
    task,
    query: asked as Query,
    round,
    number,
    startedAt,
    endedAt,
    devices: answers?.contributors ?? null,
    figures: answers?.figures() ?? null,
    failure: failure?.reason ?? null,
    ...(privacy && { privacy }),
  };
}
