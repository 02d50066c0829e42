import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { TrainingRun } from '@murmuration/rounds/events/training-run';
import type { VersionAliases } from '@murmuration/rounds/promotion/version-aliases';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { History } from '@murmuration/rounds/registry/ports';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { Task } from '@murmuration/rounds/task/task';
import { planRun, type Tags, type TrackedMetric, type TrackingOperation } from './operations.ts';
import { paramsOf } from './params.ts';

interface RecorderPorts {
  readonly events: CoordinatorEvents;
  readonly history: Pick<History, 'at'>;
  readonly versionAliases: Pick<VersionAliases, 'of'>;
  readonly taskOf: (task: TaskName) => Task | undefined;
  readonly now: () => number;
  /** Version of the coordinator. */
  readonly version: string;
  /** Appends operations, in the order of calls. */
  readonly append: (operations: readonly TrackingOperation[]) => Promise<void>;
}

/** Origin of a round or version. */
type Origin = Pick<ModelVersion, 'task' | 'run' | 'planVersion'>;

/**
 * Turns the coordinator's events into operations on a tracking server. A training run is a run there;
 * without one, all rounds under one plan are a run.
 */
export class TrackingRecorder {
  readonly #ports: RecorderPorts;
  /** Map from a task to its run of rounds without a training run. */
  readonly #open = new Map<TaskName, string>();

  constructor(ports: RecorderPorts) {
    this.#ports = ports;
    const { events, append } = ports;
    events.on('run-began', run => append([this.#begin(run)]));
    events.on('run-ended', run => append([...figuresOfRun(run), endOf(run)]));
    events.on('round-ended', record => {
      // Rounds of queries are not training.
      if (record.query === undefined) append([...this.#under(record), logOf(record)]);
    });
    events.on('version', version => append([...this.#under(version), ...versionsOf(version)]));
    events.on('aliases', task => append([this.#aliases(task)]));
    events.on('drift', async ({ task, version, query, share, isDrifted, window }) => {
      const run = await this.#runOf(task, version);
      if (run === undefined) return;
      const at = { timestamp: window.to, step: version };
      const key = query === undefined ? 'drift.share' : `drift.${query}`;
      await append([
        { kind: 'log', run, task, metrics: [{ key, value: share, ...at }], tags: {} },
        ...(isDrifted && query === undefined
          ? [{ kind: 'drift' as const, run, task, version, window: window.to }]
          : []),
      ]);
    });
    events.on('accuracy', async ({ task, version, metric, value, lower, upper, outcomes }) => {
      const run = await this.#runOf(task, version);
      if (run === undefined) return;
      const at = { timestamp: ports.now(), step: version };
      const key = `live.${metric}`;
      const metrics = [
        { key, value, ...at },
        { key: `${key}.lower`, value: lower, ...at },
        { key: `${key}.upper`, value: upper, ...at },
        { key: `${key}.outcomes`, value: outcomes, ...at },
      ];
      await append([{ kind: 'log', run, task, metrics, tags: {} }]);
    });
  }

  #begin({ id, task, number, why, startedAt }: TrainingRun): TrackingOperation {
    const tags = {
      ...this.#tagsOf(task),
      'murmuration.trigger': why.trigger,
      'murmuration.reason': why.reason,
    };
    const params = this.#paramsOf(task);
    return { kind: 'begin', run: id, task, name: `Training run ${number}`, at: startedAt, tags, params };
  }

  /** Begins the run of a round or version without a training run, unless it is open. */
  #under(of: Origin): TrackingOperation[] {
    const { task } = of;
    const run = keyOf(of);
    if (of.run !== undefined || this.#open.get(task) === run) return [];
    this.#open.set(task, run);
    const at = this.#ports.now();
    return [
      {
        kind: 'begin',
        run,
        task,
        name: `Plan ${of.planVersion}`,
        at,
        tags: this.#tagsOf(task),
        params: this.#paramsOf(task),
      },
    ];
  }

  #tagsOf(task: TaskName): Tags {
    const { version, taskOf } = this.#ports;
    const strategy = taskOf(task)?.strategy.name;
    return {
      'murmuration.code': version,
      ...(strategy !== undefined && { 'murmuration.strategy': strategy }),
    };
  }

  #paramsOf(name: TaskName): Tags {
    const task = this.#ports.taskOf(name);
    return task ? paramsOf(task) : {};
  }

  #aliases(task: TaskName): TrackingOperation {
    const { champion, aliases } = this.#ports.versionAliases.of(task);
    const named = aliases.map(({ alias, number }) => [alias, number] as const);
    return { kind: 'aliases', task, aliases: { ...Object.fromEntries(named), champion: champion.number } };
  }

  /** Returns the run of a version; undefined if the version is not kept. */
  async #runOf(task: TaskName, number: number): Promise<string | undefined> {
    const head = await this.#ports.history.at(task, number);
    return head && keyOf(head.version);
  }
}

function keyOf({ task, run, planVersion }: Origin): string {
  return run ?? planRun(task, planVersion);
}

function logOf(record: RoundRecord): TrackingOperation {
  const { task, number, startedAt, endedAt, outcome, metrics, tally, traffic } = record;
  const figures = {
    ...metrics,
    'round.published': Number(outcome === 'published'),
    'round.seconds': (endedAt - startedAt) / 1_000,
    'round.contributors': tally.accepted,
    'round.bytes-up': traffic.up,
    'round.bytes-down': traffic.down,
  };
  return {
    kind: 'log',
    run: keyOf(record),
    task,
    metrics: metricsOf(figures, endedAt, number),
    tags: {},
  };
}

function versionsOf(version: ModelVersion): TrackingOperation[] {
  const { task, number, model, parent, round, strategy, planVersion, contributors, privacy } = version;
  const run = keyOf(version);
  const statement = privacy?.statement;
  const tags: Tags = {
    'murmuration.model': model,
    ...(parent !== null && { 'murmuration.parent': parent }),
    ...(round !== null && { 'murmuration.round': round }),
    'murmuration.strategy': strategy,
    'murmuration.plan': String(planVersion),
    'murmuration.contributors': String(contributors),
    ...(statement && {
      'murmuration.epsilon': statement.holds ? String(statement.epsilon) : 'none',
      'murmuration.delta': String(statement.delta),
    }),
  };
  const spent = statement?.holds ? { 'privacy.epsilon': statement.epsilon } : {};
  const metrics = metricsOf(spent, version.createdAt, number);
  return [
    { kind: 'version', run, task, number, model, tags },
    ...(metrics.length > 0 ? [{ kind: 'log' as const, run, task, metrics, tags: {} }] : []),
  ];
}

function figuresOfRun({ id, task, rounds, failed, endedAt, ending }: TrainingRun): TrackingOperation[] {
  const metrics = metricsOf({ 'run.rounds': rounds, 'run.failed-rounds': failed }, endedAt ?? 0, rounds);
  const tags = ending ? { 'murmuration.ending': ending.reason, 'murmuration.ending-text': ending.text } : {};
  return [{ kind: 'log', run: id, task, metrics, tags }];
}

function endOf({ id, task, endedAt, startedAt, ending }: TrainingRun): TrackingOperation {
  const isFailed = ending?.reason === 'failures' || ending?.reason === 'unmeasured';
  const status = isFailed ? 'FAILED' : ending?.reason === 'stopped' ? 'KILLED' : 'FINISHED';
  return { kind: 'end', run: id, task, status, at: endedAt ?? startedAt };
}

function metricsOf(
  figures: Readonly<Record<string, number>>,
  timestamp: number,
  step: number,
): TrackedMetric[] {
  return Object.entries(figures).map(([key, value]) => ({ key, value, timestamp, step }));
}
