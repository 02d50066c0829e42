import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { EvaluatedPart } from '@murmuration/protocol/queries/evaluation';
import type { EvaluationQuery } from '@murmuration/protocol/queries/query';
import type { Evaluation } from '../evaluation/evaluation.ts';
import { evaluationQueryOf } from '../evaluation/on-devices.ts';
import type { QueryResultStore } from '../registry/query-results.ts';
import type { Task } from '../task/task.ts';

/** What devices have measured of one version, in one round. */
export interface DeviceMetrics {
  /** Number of the round. */
  readonly round: number;
  /** When it ended, ms since 1970. */
  readonly at: number;
  /** All examples first, then slices. */
  readonly parts: readonly EvaluatedPart[];
}

/** Results that are looked through. */
const mostRead = 200;

/** What devices have measured last of each version that they have measured; none where the task has them measure nothing. */
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
 * What devices have measured of two versions in one round, the same devices on the same examples. Throws an `Error` where they have not measured both
 * yet, which says so.
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
  results.results(task, name, Number.POSITIVE_INFINITY, mostRead);

/** Of slices only those that as many devices have as the threshold. */
function evaluationOfParts(parts: readonly EvaluatedPart[]): Evaluation {
  const metricsOf = ({ metrics }: EvaluatedPart) =>
    Object.fromEntries(metrics.map(({ metric, mean }) => [metric, mean.value]));
  const slices = parts.filter(({ slice, metrics }) => slice !== null && metrics.length > 0);
  return {
    metrics: metricsOf(parts[0]!),
    slices: Object.fromEntries(slices.map(part => [part.slice, metricsOf(part)])),
  };
}
