import type { Statement } from '@murmuration/privacy/statements/statement';
import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Figures } from '@murmuration/protocol/queries/figures';
import type { Query } from '@murmuration/protocol/queries/query';
import type { DocumentChange, Documents } from '../operators/documents.ts';

/** Result of a query to devices. */
export interface QueryResult {
  readonly task: TaskName;
  /** The query as it was asked. */
  readonly query: Query;
  readonly round: RoundId;
  /** Number of the round. */
  readonly number: number;
  /** ms since 1970. */
  readonly startedAt: number;
  /** ms since 1970. */
  readonly endedAt: number;
  /** Devices whose answers are in the figures; null if there are none. */
  readonly devices: number | null;
  /** Figures; null if too few devices answered, or something else failed. */
  readonly figures: Figures | null;
  /** Reason why there are no figures, as a sentence. */
  readonly failure: string | null;
  /** Privacy cost of this answer and those before it to a device; left out without a budget. */
  readonly privacy?: { readonly step: number; readonly statement: Statement };
}

/** Number of newest results kept of each query. */
export const resultsKept = 1_000;

/** Reads results of queries, which `History.commit` writes, and stores requests to ask a query. */
export type QueryResultStore = ReturnType<typeof queryResultsIn>;

const scopeOf = (task: TaskName, query: string) => `${task}/${query}`;

/** Returns the change that adds a result of a query and removes its oldest beyond `resultsKept`. */
export function addedResult(result: QueryResult): DocumentChange {
  const { task, number } = result;
  const of = { kind: 'query-result', scope: scopeOf(task, result.query.name) };
  return {
    put: [{ ...of, key: String(number), at: number, value: result }],
    newest: { ...of, most: resultsKept },
  };
}

export function queryResultsIn(documents: Documents) {
  return {
    /** Lists results of rounds with numbers below `before`, newest first, at most `limit`. */
    async results(
      task: TaskName,
      query: string,
      before: number,
      limit: number,
    ): Promise<readonly QueryResult[]> {
      const found = await documents.list<QueryResult>('query-result', {
        scope: scopeOf(task, query),
        before,
        limit,
      });
      return found.map(({ value }) => value);
    },
    /**
     * Returns the time of the last request for each query of a task, ms since 1970, by name, without those
     * never requested.
     */
    async wanted(task: TaskName): Promise<ReadonlyMap<string, number>> {
      const found = await documents.list('wanted-query', { scope: task });
      return new Map(found.map(({ key, at }) => [key, at]));
    },
    /** Stores a request to ask a query, which survives a restart. */
    async want(task: TaskName, query: string, at: number): Promise<void> {
      await documents.change({ put: [{ kind: 'wanted-query', scope: task, key: query, at, value: true }] });
    },
  };
}
