import type { Statement } from '@murmuration/privacy/statements/statement';
import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Figures } from '@murmuration/protocol/queries/figures';
import type { Query } from '@murmuration/protocol/queries/query';
import type { DocumentChange, Documents } from '../operators/documents.ts';

/** What became of a query that devices were asked. */
export interface QueryResult {
  readonly task: TaskName;
  /** The query as it was asked. */
  readonly query: Query;
  readonly round: RoundId;
  /** Of that round. */
  readonly number: number;
  /** ms since 1970. */
  readonly startedAt: number;
  /** ms since 1970. */
  readonly endedAt: number;
  /** Devices whose answers are in the figures; null where there are none. */
  readonly devices: number | null;
  /** null where too few devices answered, or something else failed: then nothing is known. */
  readonly figures: Figures | null;
  /** Why there are none, as a sentence. */
  readonly failure: string | null;
  /** Privacy that this answer and those before it may have cost a device; left out without a budget. */
  readonly privacy?: { readonly step: number; readonly statement: Statement };
}

/** Results of each query that are kept, the newest. */
export const resultsKept = 1_000;

/** Reads what became of queries, which `History.commit` writes, and keeps when somebody wanted them asked. */
export type QueryResultStore = ReturnType<typeof queryResultsIn>;

const scopeOf = (task: TaskName, query: string) => `${task}/${query}`;

/** Adds what became of a query; the oldest of its results beyond those that are kept is gone. */
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
    /** Newest first, of rounds with numbers below `before`, at most `limit`. */
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
    /** When somebody last wanted each query of a task asked, ms since 1970, by name; those of no command are left out. */
    async wanted(task: TaskName): Promise<ReadonlyMap<string, number>> {
      const found = await documents.list('wanted-query', { scope: task });
      return new Map(found.map(({ key, at }) => [key, at]));
    },
    /** Keeps that somebody wants a query asked, over a restart. */
    async want(task: TaskName, query: string, at: number): Promise<void> {
      await documents.change({ put: [{ kind: 'wanted-query', scope: task, key: query, at, value: true }] });
    },
  };
}
