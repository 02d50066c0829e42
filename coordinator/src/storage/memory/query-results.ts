import type { TaskName } from '@murmuration/protocol/ids/ids';
import { type QueryResult, type QueryResultStore, resultsKept } from '../../registry/query-results.ts';

/** What became of queries, in this process's memory. */
export interface MemoryQueryResults extends QueryResultStore {
  add(result: QueryResult): void;
}

export function memoryQueryResults(): MemoryQueryResults {
  const kept = new Map<string, QueryResult[]>();
  const wanted = new Map<TaskName, Map<string, number>>();
  return {
    add(result) {
      const key = `${result.task}/${result.query.name}`;
      kept.set(key, [result, ...(kept.get(key) ?? [])].slice(0, resultsKept));
    },
    async results(task, query, before, limit) {
      const all = kept.get(`${task}/${query}`) ?? [];
      return all.filter(({ number }) => number < before).slice(0, limit);
    },
    async wanted(task) {
      return new Map(wanted.get(task));
    },
    async want(task, query, at) {
      wanted.set(task, new Map(wanted.get(task)).set(query, at));
    },
  };
}
