import type { ExperimentTerms } from '@murmuration/api/experiment';
import type { Judged } from '@murmuration/monitoring/accuracy/judged';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Moments } from '@murmuration/rounds/events/moments';
import { commitActs, type OwnAct } from '@murmuration/rounds/events/own-acts';
import type { VersionAliases } from '@murmuration/rounds/promotion/version-aliases';
import type { History } from '@murmuration/rounds/registry/ports';
import type { QueryResultStore } from '@murmuration/rounds/registry/query-results';
import type { Task } from '@murmuration/rounds/task/task';
import { assigned } from '@murmuration/serving/experiments/assignment';
import type { ServedExperiment, Variant } from '@murmuration/serving/experiments/experiment';
import type { ArmWindow } from '@murmuration/serving/monitor/arm-window';
import { endOf } from './analysis.ts';
import { type Designed, design } from './design.ts';
import { DeviceArms } from './device-arms.ts';
import type { Experiment, ExperimentStore } from './experiment.ts';
import { type DeviceSplit, outcomeOf, saltOf, servedAs } from './served.ts';
import { ArmTally } from './tally.ts';

/** Ports of `Experiments`. */
export interface ExperimentPorts {
  readonly taskOf: (task: TaskName) => Task | undefined;
  readonly versionAliases: Pick<VersionAliases, 'of' | 'set'>;
  readonly history: Pick<History, 'at'>;
  readonly store: ExperimentStore;
  readonly queryResults: Pick<QueryResultStore, 'results'>;
  readonly moments: Pick<Moments, 'experimentChanged'>;
  readonly events: CoordinatorEvents;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** True if requests are measured. */
  readonly isMeasured: boolean;
}

interface Running {
  experiment: Experiment;
  readonly tally: ArmTally;
  /** Key of the champion: number, and who named it when, while the experiment last ran. */
  champion: string;
}

/** ms between two looks at new measurements. */
const lookMs = 2_000;
const actor: OwnAct['actor'] = { id: 'experiments', name: 'experiments' };

/**
 * Experiments of all tasks: the running ones with their arms, their measurements, and their ends.
 * Measurements are stored every two seconds; a crash loses no more.
 */
export class Experiments {
  readonly #ports: ExperimentPorts;
  readonly #running = new Map<string, Running>();
  readonly #turns = new PromiseQueue();
  #cancel: Cancel | undefined;
  #isClosed = false;
  /** Queries to devices about their arms. */
  readonly devices: DeviceArms;

  constructor(ports: ExperimentPorts) {
    this.#ports = ports;
    this.devices = new DeviceArms({
      running: () => this.#running.values(),
      results: ports.queryResults,
      events: ports.events,
      measured: () => this.#wait(),
    });
  }

  /** Ends experiments whose champion was replaced. Throws `storage.*`. */
  aliasesChanged(task: TaskName): Promise<void> {
    return this.#turns.run(() => this.#championMoved(task));
  }

  /**
   * Continues experiments that ran before a restart; call it once, before any other method, or for each
   * `task` taken over from another process.
   */
  async open(task?: TaskName): Promise<void> {
    const { store, taskOf } = this.#ports;
    for (const experiment of await store.all()) {
      if (experiment.outcome !== 'running' || (task && experiment.task !== task)) continue;
      if (!taskOf(experiment.task)) {
        await this.#close(
          { experiment, tally: await this.#tally(experiment), champion: '' },
          'stopped',
          'Its task is gone.',
        );
        continue;
      }
      const tally = await this.#tally(experiment);
      const running = { experiment, tally, champion: this.#championOf(experiment.task) };
      if (this.#isOvertaken(experiment)) {
        await this.#overtake(running);
        continue;
      }
      await this.devices.replay(running);
      this.#running.set(experiment.id, running);
    }
    this.#wait();
  }

  /** True if requests are measured; other experiments on requests can't begin. */
  get isMeasured(): boolean {
    return this.#ports.isMeasured;
  }

  /** Lists the running experiments of a task, for inference servers. */
  served(task: string): readonly ServedExperiment[] {
    const found: ServedExperiment[] = [];
    for (const { experiment } of this.#running.values())
      if (experiment.task === task && experiment.query === undefined) found.push(servedAs(experiment));
    return found;
  }

  /** Returns the model that a device serves by an experiment; undefined for the champion. */
  ofDevice(task: TaskName, device: DeviceId): ModelHash | undefined {
    for (const { experiment } of this.#running.values()) {
      if (experiment.task !== task || !experiment.devices || experiment.kind === 'mirror') continue;
      const part = assigned(servedAs(experiment), device);
      if (part) return experiment.arms.find(({ name }) => name === part.arm)?.model;
    }
    return undefined;
  }

  /** Lists the experiments that decide which version devices of a task serve. */
  splitsOf(task: TaskName): readonly DeviceSplit[] {
    return Array.from(this.#running.values(), ({ experiment }) => experiment)
      .filter(({ devices, kind, ...each }) => each.task === task && devices && kind !== 'mirror')
      .map(experiment => ({
        served: servedAs(experiment),
        models: Object.fromEntries(experiment.arms.map(({ name, model }) => [name, model])),
      }));
  }

  /** Models of running experiments, which must be kept. */
  get models(): readonly ModelHash[] {
    return [...this.#running.values()].flatMap(({ experiment }) => experiment.arms.map(({ model }) => model));
  }

  /** Lists the models of a task's running experiments. */
  modelsOf(task: TaskName): readonly ModelHash[] {
    const ofTask = [...this.#running.values()].filter(({ experiment }) => experiment.task === task);
    return ofTask.flatMap(({ experiment }) => experiment.arms.map(({ model }) => model));
  }

  /** Returns the name of an experiment that currently splits the versions of a task. */
  splitOf(task: TaskName): string | undefined {
    for (const { experiment } of this.#running.values())
      if (experiment.task === task && experiment.kind !== 'mirror') return experiment.name;
    return undefined;
  }

  /** Returns the task of a running experiment, by the experiment's id. */
  taskOf(experiment: string): TaskName | undefined {
    return this.#running.get(experiment)?.experiment.task;
  }

  /** Counts the requests that a replica served. */
  arms(windows: readonly ArmWindow[]): void {
    for (const window of windows) this.#running.get(window.experiment)?.tally.window(window);
    this.#wait();
  }

  /** Counts a prediction of an arm with its outcome, row by row. */
  judged(task: string, { experiment, arm, unit }: Variant, rows: readonly Judged[]): void {
    const running = this.#running.get(experiment);
    if (running?.experiment.task !== task) return;
    const values = rows.flatMap(row => outcomeOf(running.experiment, row));
    if (values.length === 0) return;
    running.tally.outcome(arm, unit, values.reduce((sum, value) => sum + value, 0) / values.length);
    this.#wait();
  }

  /** Lists experiments with their measurements, newest first. Throws `task.unknown`. */
  async list(task: TaskName): Promise<readonly { experiment: Experiment; tally: ArmTally }[]> {
    this.#ports.versionAliases.of(task);
    const all = (await this.#ports.store.all(task)).toReversed();
    return Promise.all(
      all.map(
        async experiment =>
          this.#running.get(experiment.id) ?? { experiment, tally: await this.#tally(experiment) },
      ),
    );
  }

  /**
   * Returns an experiment with its measurements. Throws `task.unknown`, and `request.not-found` if there is
   * none of this name.
   */
  async find(task: TaskName, name: string): Promise<{ experiment: Experiment; tally: ArmTally }> {
    const found = (await this.list(task)).find(({ experiment }) => experiment.name === name);
    if (!found)
      throw new MurmurationError('request.not-found', `The task ${task} has no experiment "${name}".`);
    return found;
  }

  /**
   * Begins an experiment; `byItself` is the actor of an automatic one. Throws `task.unknown`,
   * `model.missing`, and `request.invalid`, with the reason, if its split can't be kept to; `round.closed`
   * for an automatic one while an operator has pinned a version.
   */
  create(
    task: TaskName,
    terms: ExperimentTerms,
    by: string,
    byItself?: OwnAct['actor'],
  ): Promise<Experiment> {
    return this.#turns.run(async () => {
      const { taskOf, versionAliases, history, store, random, clock, isMeasured } = this.#ports;
      const { champion } = versionAliases.of(task);
      if (byItself && champion.heldBy !== null)
        throw new MurmurationError('round.closed', `${champion.heldBy} has pinned a version of ${task}.`);
      // Read now, so that a champion named during the write overtakes the experiment.
      const [against, now] = [this.#championOf(task), clock.now()];
      const existing = (await store.all(task)).some(({ name }) => name === terms.name);
      const designed: Designed = await design(terms, {
        task: taskOf(task)!,
        isMeasured,
        champion,
        isTaken: existing,
        running: [...this.#running.values()].map(({ experiment }) => experiment),
        version: async number => (await history.at(task, number))?.version.model,
      });
      const id = hex(random(8));
      const salt = hex(random(16));
      const beside = [...this.#running.values()].find(
        ({ experiment: { layer } }) => layer.name === designed.layer.name,
      );
      const layerSalt = beside ? saltOf(beside.experiment.layer) : hex(random(16));
      const experiment: Experiment = {
        ...designed,
        id,
        task,
        salt,
        layer: { ...designed.layer, salt: layerSalt },
        step: 0,
        stepAt: now,
        createdAt: now,
        createdBy: by,
        endsAt: terms.endsAfter === null ? null : now + terms.endsAfter,
        endedAt: null,
        outcome: 'running',
        reason: null,
      };
      const begins: OwnAct[] = byItself
        ? [{ actor: byItself, action: 'experiment.start', subject: subjectOf(experiment), changes: null }]
        : [];
      await this.#put(experiment, begins);
      this.#running.set(experiment.id, {
        experiment,
        tally: new ArmTally(experiment),
        champion: against,
      });
      this.#tell(experiment);
      this.#wait();
      return experiment;
    });
  }

  /**
   * Ends an experiment: all keys get the champion again. Throws as `find`, and `round.closed` if it is over.
   */
  stop(task: TaskName, name: string, by: string): Promise<Experiment> {
    return this.#turns.run(async () =>
      this.#close(await this.#require(task, name), 'stopped', `${by} ended it.`, true),
    );
  }

  /**
   * Ends an experiment and pins one of its arms as the champion. Throws as `stop`, also if another champion
   * was named meanwhile, and `request.invalid` for an unknown arm.
   */
  promote(task: TaskName, name: string, armName: string, by: string): Promise<Experiment> {
    return this.#turns.run(async () => {
      const running = await this.#require(task, name);
      const arm = running.experiment.arms.find(each => each.name === armName);
      if (!arm)
        throw new MurmurationError('request.invalid', `The experiment ${name} has no arm "${armName}".`);
      const reason = `${by} chose ${arm.name}, version ${arm.number}.`;
      const ended = await this.#promote(running, arm.number, by, reason);
      if (ended.outcome === 'promoted') return ended;
      throw new MurmurationError('round.closed', `The experiment ${name} is over: ${ended.reason}`);
    });
  }

  /** Stores new measurements, and ends experiments that must end. */
  async look(): Promise<void> {
    await this.#turns.run(async () => {
      for (const running of [...this.#running.values()]) await this.#lookAt(running);
    });
  }

  /** Stores new measurements; experiments continue after the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    await this.#turns.run(async () => {
      for (const running of this.#running.values()) await this.#write(running);
    });
  }

  async #lookAt(running: Running): Promise<void> {
    const { experiment, tally } = running;
    const end = endOf(experiment, tally);
    const hasMeasured = await this.#write(running);
    if (hasMeasured) this.#ports.events.emit('measured', experiment.task);
    if (end) {
      await this.#close(running, end.outcome, end.reason);
      return;
    }
    const now = this.#ports.clock.now();
    if (experiment.endsAt !== null && now >= experiment.endsAt)
      await this.#close(running, 'ended', 'Its time was over.');
    else await this.#step(running, now);
  }

  /** Moves a canary to its next step once the current one lasted long enough and has enough units. */
  async #step(running: Running, now: number): Promise<void> {
    const { experiment, tally } = running;
    const { steps, step, stepAt, arms, atLeast, createdBy } = experiment;
    const [control, fresh] = arms;
    const current = steps?.[step];
    if (!steps || !current || !control || !fresh || now < stepAt + current.for) return;
    const { failed, values } = tally.of(fresh.name);
    if ((experiment.query === undefined ? failed : values).n < atLeast) return;
    const next = steps[step + 1];
    if (!next) {
      const reason = `All ${steps.length} steps went by, and no guard ended it.`;
      await this.#promote(running, fresh.number, createdBy, reason, true);
      return;
    }
    const stepped: Experiment = {
      ...experiment,
      step: step + 1,
      stepAt: now,
      arms: [
        { ...control, share: 1 - next.share },
        { ...fresh, share: next.share },
      ],
    };
    await this.#put(stepped, [
      actOf('experiment.step', stepped, [{ field: 'share', from: current.share, to: next.share }]),
    ]);
    running.experiment = stepped;
    tally.newShares();
    this.#tell(stepped);
  }

  /** Promotes an arm; with `byItself`, it is tried again if the end could not be stored. */
  async #promote(
    running: Running,
    number: number,
    by: string,
    reason: string,
    byItself = false,
  ): Promise<Experiment> {
    const { experiment } = running;
    const { task } = experiment;
    const { versionAliases } = this.#ports;
    const { number: before, pinned } = versionAliases.of(task).champion;
    // Comes first, so that no gate sees the task without an experiment and with the old champion. It may
    // already be done, if a process stopped before the experiment ended.
    if (before !== number || pinned?.setBy !== by) {
      const acts = [actOf('version.promote', experiment, [{ field: 'champion', from: before, to: number }])];
      const isStill = () => !this.#hasMoved(running);
      if (!(await versionAliases.set(task, 'champion', number, by, acts, isStill)))
        return this.#overtake(running);
      // Its own promotion must not overtake the experiment.
      if (byItself) running.champion = this.#championOf(task);
    }
    return this.#close(running, 'promoted', reason);
  }

  /** Ends an experiment; with `byOperator`, the audit log already has the operator's action. */
  async #close(
    running: Running,
    outcome: Experiment['outcome'],
    reason: string,
    byOperator = false,
  ): Promise<Experiment> {
    const { clock } = this.#ports;
    const ended: Experiment = { ...running.experiment, outcome, reason, endedAt: clock.now() };
    await this.#write(running);
    const end = actOf('experiment.end', ended, [{ field: outcome, from: null, to: reason }]);
    await this.#put(ended, byOperator ? [] : [end]);
    this.#running.delete(ended.id);
    this.#tell(ended);
    return ended;
  }

  async #championMoved(task: TaskName): Promise<void> {
    for (const running of [...this.#running.values()]) {
      if (running.experiment.task === task && this.#hasMoved(running)) await this.#overtake(running);
    }
  }

  /**
   * True if the champion was changed by others. A mirror sends requests to both versions, whatever the
   * champion is.
   */
  #hasMoved({ experiment: { kind, task }, champion }: Running): boolean {
    return kind !== 'mirror' && champion !== this.#championOf(task);
  }

  /**
   * True if the champion was changed by others before a process stopped, and the experiment was not ended. A
   * champion that the experiment named doesn't count.
   */
  #isOvertaken({ kind, task, arms, createdAt, createdBy }: Experiment): boolean {
    const { number, pinned } = this.#ports.versionAliases.of(task).champion;
    if (kind === 'mirror' || !pinned || pinned.setAt <= createdAt) return false;
    return pinned.setBy !== createdBy || !arms.some(arm => arm.number === number);
  }

  #overtake(running: Running): Promise<Experiment> {
    const { number } = this.#ports.versionAliases.of(running.experiment.task).champion;
    return this.#close(running, 'overtaken', `Version ${number} became the champion meanwhile.`);
  }

  #championOf(task: TaskName): string {
    const { number, pinned } = this.#ports.versionAliases.of(task).champion;
    return pinned ? `${number} ${pinned.setAt} ${pinned.setBy}` : 'newest';
  }

  async #require(task: TaskName, name: string): Promise<Running> {
    const { experiment } = await this.find(task, name);
    const running = this.#running.get(experiment.id);
    if (!running)
      throw new MurmurationError('round.closed', `The experiment ${name} is over: ${experiment.reason}`);
    return running;
  }

  async #tally(experiment: Experiment): Promise<ArmTally> {
    const { store } = this.#ports;
    return new ArmTally(experiment, await store.counts(experiment.id), await store.units(experiment.id));
  }

  /** Stores new measurements; returns true if there were any. */
  async #write({ experiment, tally }: Running): Promise<boolean> {
    const taken = tally.take();
    if (taken) await this.#ports.store.measured(experiment.id, taken.counts, taken.units);
    return taken !== undefined;
  }

  #put(experiment: Experiment, acts: readonly OwnAct[]): Promise<void> {
    return commitActs(this.#ports, acts, entries => this.#ports.store.put(experiment, entries));
  }

  #tell({ task, name, outcome, reason }: Experiment): void {
    this.#ports.moments.experimentChanged({ task, name, outcome, reason });
  }

  #wait(): void {
    if (this.#isClosed || this.#running.size === 0) return;
    const { clock, events } = this.#ports;
    this.#cancel ??= clock.at(clock.now() + lookMs, () => {
      this.#cancel = undefined;
      this.look()
        .catch(error => events.emit('fault', 'looking at experiments', error))
        .finally(() => this.#wait());
    });
  }
}

const subjectOf = ({ task, name }: Experiment): string => `${task}/${name}`;

function actOf(action: OwnAct['action'], experiment: Experiment, changes: OwnAct['changes']): OwnAct {
  return { actor, action, subject: subjectOf(experiment), changes };
}
