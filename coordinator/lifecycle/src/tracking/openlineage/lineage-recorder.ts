import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { PrecomputedRun } from '@murmuration/rounds/events/precomputed-run';
import type { TrainingRun } from '@murmuration/rounds/events/training-run';
import { gateName, type VersionAliases } from '@murmuration/rounds/promotion/version-aliases';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { History } from '@murmuration/rounds/registry/ports';
import { enderOf, type RoundRecord } from '@murmuration/rounds/round/record';
import type { EventMaker, LineageRun } from './event-maker.ts';
import type { LineageEvent, LineageOperation, RunState } from './run-event.ts';

/**
 * Number of newest versions that are searched for the one that a round made and, mostly, the one that it
 * began with.
 */
const searchedVersions = 20;

interface RecorderPorts {
  readonly events: CoordinatorEvents;
  readonly history: Pick<History, 'version' | 'versions'>;
  readonly versionAliases: Pick<VersionAliases, 'of'>;
  readonly maker: EventMaker;
  /** Appends operations, in the order of calls. */
  readonly append: (operations: readonly LineageOperation[]) => Promise<void>;
}

/**
 * Turns the coordinator's events into events of OpenLineage. Training runs are reported while they go on;
 * rounds, promotions and precompute runs once they are over.
 */
export class LineageRecorder {
  readonly #ports: RecorderPorts;
  /** Keeps the events in order, though some need look-ups. */
  readonly #turns = new PromiseQueue();
  /** Map from a task to its newest reported promotion. */
  readonly #promoted = new Map<TaskName, string>();

  constructor(ports: RecorderPorts) {
    this.#ports = ports;
    const { events } = ports;
    events.on('run-began', run => this.#tell('event', [this.#began(run)]));
    events.on('version', version => {
      if (version.run !== undefined) return this.#tell('log', [this.#made(version, version.run)]);
    });
    events.on('run-ended', run => this.#tell('event', [this.#ended(run)]));
    events.on('round-ended', record => {
      // Rounds of queries are not training.
      if (record.query === undefined) return this.#tell('log', this.#round(record));
    });
    events.on('aliases', task => this.#tell('event', this.#promotion(task)));
    events.on('precomputed', run => this.#tell('log', this.#precomputed(run)));
  }

  /** Resolves once all events so far are stored. */
  async settled(): Promise<void> {
    await this.#turns.idle();
  }

  #tell(
    kind: LineageOperation['kind'],
    events: readonly LineageEvent[] | Promise<readonly LineageEvent[]>,
  ): Promise<void> {
    const { append } = this.#ports;
    return this.#turns.run(async () => append((await events).map(event => ({ kind, event }))));
  }

  #began(run: TrainingRun): LineageEvent {
    const { maker, versionAliases } = this.#ports;
    const { task, number, why, startedAt } = run;
    const { base } = versionAliases.of(task);
    const facets = {
      ...maker.facets.nominalTime(why.at),
      ...maker.facets.run('training', { number, trigger: why.trigger, reason: why.reason }),
    };
    return maker.event('START', trainingOf(task, run.id), {
      at: startedAt,
      facets,
      inputs: [maker.model(task, base)],
    });
  }

  #made(version: ModelVersion, run: string): LineageEvent {
    const { maker } = this.#ports;
    const at = version.createdAt;
    return maker.event('RUNNING', trainingOf(version.task, run), { at, outputs: [maker.made(version)] });
  }

  #ended(run: TrainingRun): LineageEvent {
    const { maker, versionAliases } = this.#ports;
    const { task, number, why, startedAt, endedAt, ending, rounds, failed, model } = run;
    const made = versionAliases.of(task).newest;
    const state = stateOf(ending);
    const facets = {
      ...maker.facets.nominalTime(why.at),
      ...maker.facets.run('training', {
        number,
        trigger: why.trigger,
        reason: why.reason,
        rounds,
        failedRounds: failed,
        ...(ending && { ending: ending.reason, endingText: ending.text }),
      }),
      ...(ending && state !== 'COMPLETE' && maker.facets.error(ending.text)),
    };
    return maker.event(state, trainingOf(task, run.id), {
      at: endedAt ?? startedAt,
      facets,
      outputs: made.model === model ? [maker.model(task, made)] : [],
    });
  }

  async #round(record: RoundRecord): Promise<readonly LineageEvent[]> {
    const { maker } = this.#ports;
    const { task, round, number, run, startedAt, endedAt, failure, tally, traffic } = record;
    const { base, made } = await this.#versionsOf(record);
    const of: LineageRun = { job: { kind: 'round', of: task }, key: round };
    const parts = {
      inputs: base && [maker.model(task, base)],
      facets: {
        ...(run !== undefined && maker.partOf(trainingOf(task, run))),
        ...maker.facets.run('round', {
          number,
          contributors: tally.accepted,
          bytesUp: traffic.up,
          bytesDown: traffic.down,
        }),
      },
    };
    const state = failure ? (enderOf(failure) ? 'ABORT' : 'FAIL') : 'COMPLETE';
    const end = {
      ...parts,
      at: endedAt,
      outputs: made && [maker.made(made)],
      facets: { ...parts.facets, ...(failure && maker.facets.error(failure.reason)) },
    };
    return [maker.event('START', of, { ...parts, at: startedAt }), maker.event(state, of, end)];
  }

  /**
   * Returns the version that a round trained from, and the one that it made; undefined if it is no longer
   * kept, or there is none.
   */
  async #versionsOf({ task, round, base: model }: RoundRecord) {
    const { history } = this.#ports;
    const known = await history.versions(task, Number.POSITIVE_INFINITY, searchedVersions);
    const made = known.find(version => version.round === round);
    const recent = known.find(version => version.model === model && version !== made);
    if (recent) return { base: recent, made };
    const older = await history.version(model);
    return { base: older?.task === task ? older : undefined, made };
  }

  /**
   * Returns the events of a new champion that an operator or the gate named; empty if they were already
   * reported.
   */
  #promotion(task: TaskName): readonly LineageEvent[] {
    const { maker, versionAliases } = this.#ports;
    const { number, model, pinned } = versionAliases.of(task).champion;
    if (!pinned) return [];
    const key = `${number}.${pinned.setAt}`;
    if (this.#promoted.get(task) === key) return [];
    this.#promoted.set(task, key);
    const of: LineageRun = { job: { kind: 'promotion', of: task }, key };
    const parts = {
      at: pinned.setAt,
      inputs: [maker.model(task, { number, model })],
      facets: maker.facets.run('promotion', {
        number,
        by: pinned.setBy === gateName ? 'gate' : 'operator',
      }),
    };
    const end = { ...parts, outputs: [maker.champion(task, model)] };
    return [maker.event('START', of, parts), maker.event('COMPLETE', of, end)];
  }

  async #precomputed(run: PrecomputedRun): Promise<readonly LineageEvent[]> {
    const { maker, history } = this.#ports;
    const { job, task, version, beganAt, endedAt, error, isStopped, counts } = run;
    const [read] = version === null ? [] : await history.versions(task, version + 1, 1);
    // A later process continues a stopped run, which is a separate run here.
    const of: LineageRun = { job: { kind: 'precompute', of: job }, key: `${beganAt}.${endedAt}` };
    const parts = {
      inputs: read?.number === version ? [maker.model(task, read)] : [],
      facets: maker.facets.run('precompute', { ...counts }),
    };
    const state = error === null ? 'COMPLETE' : isStopped ? 'ABORT' : 'FAIL';
    const end = {
      ...parts,
      at: endedAt,
      outputs: error === null ? [maker.precomputed(job)] : [],
      facets: { ...parts.facets, ...(error !== null && maker.facets.error(error)) },
    };
    return [maker.event('START', of, { ...parts, at: beganAt }), maker.event(state, of, end)];
  }
}

function trainingOf(task: TaskName, run: string): LineageRun {
  return { job: { kind: 'training', of: task }, key: run };
}

function stateOf(ending: TrainingRun['ending']): RunState {
  if (ending?.reason === 'failures' || ending?.reason === 'unmeasured') return 'FAIL';
  return ending?.reason === 'stopped' ? 'ABORT' : 'COMPLETE';
}
