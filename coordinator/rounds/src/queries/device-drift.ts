import { hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { binsOf, type HistogramBins } from '@murmuration/protocol/queries/bins';
import type { HistogramQuery, TopQuery } from '@murmuration/protocol/queries/query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { queryHash } from '@murmuration/protocol/queries/query-hash';
import type { CountedElsewhere } from '@murmuration/serving/monitor/drift/counting-plan';
import type { DriftStore } from '@murmuration/serving/monitor/drift/drift-store';
import type { DriftWatch } from '@murmuration/serving/monitor/drift/drift-watch';
import { type QueryResult, type QueryResultStore, resultsKept } from '../registry/query-results.ts';
import type { RoundRecord } from '../round/record.ts';
import type { AllRounds } from '../rounds/all-tasks.ts';
import type { TaskQuery } from '../task/task.ts';

interface Ports {
  readonly tasks: AllRounds;
  readonly queryResults: QueryResultStore;
  readonly driftStore: Pick<DriftStore, 'reference' | 'windows'>;
  readonly watch: Pick<DriftWatch, 'count'>;
}

const watchedPrefix = 'devices: ';

/** Returns the name under which answers to a query are watched for drift, in place of a version's number. */
const watchedAs = (query: string): string => `${watchedPrefix}${query}`;

/** Returns the query whose answers are watched under this name; undefined for the number of a version. */
export function queryWatchedAs(version: string): string | undefined {
  return version.startsWith(watchedPrefix) ? version.slice(watchedPrefix.length) : undefined;
}

/**
 * Compares devices' answers to histograms and rankings with their first answers. The sums of a round are
 * counts, and form windows like those of requests. Throws `storage.*`.
 */
export class DeviceDrift {
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /**
   * Continues after a restart with the results since the last window; call it once, before any round ends.
   */
  async open(): Promise<void> {
    for (const { task } of this.#ports.tasks.values())
      for (const asked of task.queries) if (asked.drift) await replay(task.name, asked, this.#ports);
  }

  /** Counts the answers of a round. */
  async roundEnded({ task, query, number }: Pick<RoundRecord, 'task' | 'query' | 'number'>): Promise<void> {
    const { tasks, queryResults, watch } = this.#ports;
    const asked = tasks.get(task)?.task.queries.find(each => each.query.name === query);
    if (!asked?.drift) return;
    const [result] = await queryResults.results(task, asked.query.name, number + 1, 1);
    const counted = result?.number === number && countedOf(result);
    if (counted) await watch.count(counted);
  }
}

/** Throws `config.invalid` if a task has answers watched for drift while drift detection is off. */
export function refuseUnwatched(tasks: AllRounds): void {
  for (const { task } of tasks.values()) {
    const asked = task.queries.find(({ drift }) => drift);
    if (asked)
      throw new MurmurationError(
        'config.invalid',
        `The task "${task.name}" watches the query "${asked.query.name}" for drift, and "inference.drift" or "inference.feedback" is null.`,
      );
  }
}

async function replay(
  task: TaskName,
  { query: { name } }: TaskQuery,
  { queryResults, driftStore, watch }: Ports,
): Promise<void> {
  const reference = await driftStore.reference(task, watchedAs(name));
  const [window] = await driftStore.windows(task, watchedAs(name), 1);
  const since = Math.max(reference?.to ?? 0, window?.to ?? 0);
  const results = await queryResults.results(task, name, Number.POSITIVE_INFINITY, resultsKept);
  for (const result of results.filter(({ endedAt }) => endedAt >= since).toReversed()) {
    const counted = countedOf(result);
    if (counted) await watch.count(counted);
  }
}

/** Returns the answers of a round as counts; undefined if there are none. */
function countedOf({ task, query, figures, startedAt, endedAt }: QueryResult): CountedElsewhere | undefined {
  const found = figures && countsOf(query, figures);
  if (!found) return undefined;
  const { name } = query;
  return {
    model: task,
    version: watchedAs(name),
    plan: {
      id: hex(queryHash(writeQuery(query))).slice(0, 32),
      features: { [name]: { role: 'feature', bins: found.bins } },
    },
    counts: { [name]: { counts: found.counts, missing: 0, unreadable: 0 } },
    from: startedAt,
    to: endedAt,
  };
}

function countsOf(query: QueryResult['query'], figures: NonNullable<QueryResult['figures']>) {
  if (query.kind === 'histogram' && figures.kind === 'histogram')
    return { bins: binsOfHistogram(query), counts: figures.bins.map(({ count }) => count) };
  if (query.kind !== 'top' || figures.kind !== 'top') return undefined;
  const byItem = new Map(figures.items.map(({ item, count }) => [item, count]));
  return {
    bins: binsOfItems(query),
    counts: [...query.items.map(item => byItem.get(item) ?? 0), figures.others],
  };
}

function binsOfHistogram({ bins: named }: HistogramQuery) {
  const bins: HistogramBins = binsOf(named);
  const edges = Array.from({ length: bins.count - 1 }, (_, at) => bins.from(at + 1));
  return { kind: 'numbers', edges } as const;
}

function binsOfItems({ items }: TopQuery) {
  return { kind: 'categories', categories: items } as const;
}
