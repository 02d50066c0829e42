import type { Kysely } from 'kysely';
import { type QueryResult, type QueryResultStore, resultsKept } from '../../registry/query-results.ts';
import { bound } from './bound.ts';
import type { RowDatabase } from './database.ts';
import { fromJson, toJson } from './json.ts';
import type { Tables } from './schema.ts';

/** Adds what became of a query, within a transaction; the oldest of its results beyond those that are kept is gone. */
export async function addQueryResult(changes: Kysely<Tables>, result: QueryResult): Promise<void> {
  const { task, number } = result;
  const query = result.query.name;
  await changes
    .insertInto('query_results')
    .values({ task, query, number, result: toJson(result) })
    .execute();
  const oldest = await changes
    .selectFrom('query_results')
    .select('number')
    .where('task', '=', task)
    .where('query', '=', query)
    .orderBy('number', 'desc')
    .offset(resultsKept - 1)
    .limit(1)
    .executeTakeFirst();
  if (oldest)
    await changes
      .deleteFrom('query_results')
      .where('task', '=', task)
      .where('query', '=', query)
      .where('number', '<', oldest.number)
      .execute();
}

/** Results of queries as rows, which `addQueryResult` makes, and commands to ask them. */
export function sqlQueryResults({ rows, writer }: RowDatabase): QueryResultStore {
  return {
    async results(task, query, before, limit) {
      const found = await rows
        .selectFrom('query_results')
        .select('result')
        .where('task', '=', task)
        .where('query', '=', query)
        .where('number', '<', bound(before))
        .orderBy('number', 'desc')
        .limit(limit)
        .execute();
      return found.map(({ result }) => fromJson<QueryResult>(result));
    },

    async wanted(task) {
      const found = await rows
        .selectFrom('wanted_queries')
        .select(['query', 'at'])
        .where('task', '=', task)
        .execute();
      return new Map(found.map(({ query, at }) => [query, at]));
    },

    async want(task, query, at) {
      await writer.write<unknown>(changes =>
        changes
          .insertInto('wanted_queries')
          .values({ task, query, at })
          .onConflict(conflict => conflict.columns(['task', 'query']).doUpdateSet({ at }))
          .execute(),
      );
    },
  };
}
