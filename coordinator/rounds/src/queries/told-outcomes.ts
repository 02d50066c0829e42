import type { DeviceOutcomes } from '@murmuration/api/monitor';
import type { VersionFigures } from '@murmuration/protocol/queries/figures';
import type { Moments } from '../events/moments.ts';
import type { LiveAccuracy } from '../events/monitored.ts';
import type { History } from '../registry/ports.ts';
import type { QueryResult, QueryResultStore } from '../registry/query-results.ts';
import type { RoundRecord } from '../round/record.ts';
import type { AllRounds } from '../rounds/all-tasks.ts';

interface Ports {
  readonly tasks: AllRounds;
  readonly queryResults: QueryResultStore;
  readonly history: Pick<History, 'version'>;
}

/** Ports of `tellOutcomes`. */
interface TellingPorts extends Pick<Ports, 'queryResults' | 'history'> {
  readonly moments: Pick<Moments, 'accuracyComputed'>;
}

/**
 * Reports the outcomes of predictions from a round's answers as live accuracy of their versions, one metric
 * per outcome; and the metrics that devices measured on held-out examples. Throws `storage.*`.
 */
export async function tellOutcomes(
  { task, query, number }: Pick<RoundRecord, 'task' | 'query' | 'number'>,
  { queryResults, history, moments }: TellingPorts,
): Promise<void> {
  if (query === undefined) return;
  const [result] = await queryResults.results(task, query, number + 1, 1);
  if (result?.number !== number) return;
  if (result.figures?.kind === 'evaluation')
    for (const { version: model, parts } of result.figures.versions) {
      const version = (await history.version(model))?.number;
      const [all] = parts;
      if (version === undefined || !all) continue;
      for (const { metric, mean } of all.metrics)
        moments.accuracyComputed({
          task,
          version,
          metric,
          value: mean.value,
          lower: mean.low,
          upper: mean.high,
          outcomes: all.examples,
        });
    }
  if (result.figures?.kind !== 'outcomes') return;
  for (const found of result.figures.versions) {
    const version = (await history.version(found.version))?.number;
    if (version === undefined) continue;
    for (const accuracy of liveOf(found)) moments.accuracyComputed({ task, version, ...accuracy });
  }
}

/** Returns the newest outcomes of predictions, for each task, query and version. */
export async function toldOutcomes({ tasks, queryResults, history }: Ports): Promise<DeviceOutcomes[]> {
  const told: DeviceOutcomes[] = [];
  for (const { task } of tasks.values()) {
    const asked = task.queries.filter(({ query }) => query.kind === 'outcomes');
    for (const { query } of asked) {
      const result = await newestShown(queryResults, task.name, query.name);
      if (result?.figures?.kind !== 'outcomes') continue;
      for (const { version: model, devices, predictions, outcomes } of result.figures.versions) {
        if (devices === 0) continue;
        told.push({
          task: task.name,
          query: query.name,
          round: result.number,
          at: new Date(result.endedAt).toISOString(),
          version: (await history.version(model))?.number ?? null,
          model,
          devices,
          predictions,
          outcomes: [...outcomes],
        });
      }
    }
  }
  return told;
}

/** Most results that are searched for one with figures. */
const maxSearchedForFigures = 20;

/** Returns the newest of a query's last results with figures. */
async function newestShown(
  store: QueryResultStore,
  task: QueryResult['task'],
  query: string,
): Promise<QueryResult | undefined> {
  const results = await store.results(task, query, Number.POSITIVE_INFINITY, maxSearchedForFigures);
  return results.find(({ figures }) => figures !== null);
}

function liveOf({ predictions, outcomes }: VersionFigures): Omit<LiveAccuracy, 'task' | 'version'>[] {
  if (predictions === null) return [];
  return outcomes.map(({ outcome, share: { value, low: lower, high: upper } }) => ({
    metric: outcome,
    value,
    lower,
    upper,
    outcomes: predictions,
  }));
}
