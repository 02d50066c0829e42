import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { EvaluatedPart } from '@murmuration/protocol/queries/evaluation';
import type { EvaluationQuery } from '@murmuration/protocol/queries/query';
import type { Evaluation } from '../evaluation/evaluation.ts';
import { evaluationQueryOf } from '../evaluation/on-devices.ts';
import type { QueryResultStore } from '../registry/query-results.ts';
import type { Task } from '../task/task.ts';

/** Metrics of one version that devices measured in one round. */
export interface DeviceMetrics {
  /** Number of the round. */
  readonly round: number;
  /** Time when the round ended, ms since 1970. */
  readonly at: number;
  /** Metrics on all examples first, then on slices. */
  readonly parts: readonly EvaluatedPart[];
}

/** Most results that are searched. */
const maxSearchedResults = 200;

/**
 * Returns the newest metrics of each version that devices measured; none if the task has no evaluation by
 * devices.
 */
export async function deviceMetricsOf(
  task: Pick<Task, 'name' | 'queries'> | undefined,
  results: Pick<QueryResultStore, 'results'>,
): Promise<ReadonlyMap<ModelHash, DeviceMetrics>> {
  const found = new Map<ModelHash, DeviceMetrics>();
  const query = task && evaluationQueryOf(task);
  if (!query) return found;
  for (const { figures, number, endedAt } of await readAll(task.name, query, results))
    if (figures?.kind === 'evaluation')
      for (const { version, parts } of figures.versions)
        if (!found.has(version)) found.set(version, { round: number, at: endedAt, parts });
  return found;
}

/**
 * Returns the metrics of versions that the same devices measured in one round, on the same examples. Throws
 * an `Error` if there is no such round yet.
 */
export async function measuredTogether(
  task: Pick<Task, 'name' | 'queries'>,
  versions: readonly ModelHash[],
  results: Pick<QueryResultStore, 'results'>,
): Promise<readonly Evaluation[]> {
  const query = evaluationQueryOf(task)!;
  for (const { figures } of await readAll(task.name, query, results)) {
    if (figures?.kind !== 'evaluation') continue;
    const of = versions.map(version => figures.versions.find(each => each.version === version));
    const evaluations = of.flatMap(each => (each ? [evaluationOfParts(each.parts)] : []));
    if (evaluations.length === versions.length) return evaluations;
  }
  throw new Error(`devices have not evaluated both in one round yet (the query "${query.name}").`);
}

const readAll = (task: TaskName, { name }: EvaluationQuery, results: Pick<QueryResultStore, 'results'>) =>
  results.results(task, name, Number.POSITIVE_INFINITY, maxSearchedResults);

/** Leaves out slices that fewer devices have than the threshold. */
function evaluationOfParts(parts: readonly EvaluatedPart[]): Evaluation {
  const metricsOf = ({ metrics }: EvaluatedPart) =>
    Object.fromEntries(metrics.map(({ metric, mean }) => [metric, mean.value]));
  const slices = parts.filter(({ slice, metrics }) => slice !== null && metrics.length > 0);
  return {
    metrics: metricsOf(parts[0]!),
    slices: Object.fromEntries(slices.map(part => [part.slice, metricsOf(part)])),
  };
}
