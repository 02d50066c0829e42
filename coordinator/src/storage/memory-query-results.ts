import { type QueryResult, type QueryResultStore, resultsKept } from '../registry/query-results.ts';

/** What became of queries, in this process's memory. */
export interface MemoryQueryResults extends QueryResultStore {
  add(result: QueryResult): void;
}

export function memoryQueryResults(): MemoryQueryResults {
  const kept = new Map<string, QueryResult[]>();
  return {
    add(result) {
      const key = `${result.task}/${result.query.name}`;
      kept.set(key, [result, ...(kept.get(key) ?? [])].slice(0, resultsKept));
    },
    async results(task, query, before, limit) {
      const all = kept.get(`${task}/${query}`) ?? [];
      return all.filter(({ number }) => number < before).slice(0, limit);
    },
  };
}
