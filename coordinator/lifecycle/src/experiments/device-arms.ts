import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { ArmQuery, AskedArm } from '@murmuration/protocol/queries/query';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { armLabel } from '@murmuration/rounds/population/arm-label';
import type { QueryResult, QueryResultStore } from '@murmuration/rounds/registry/query-results';
import { resultsKept } from '@murmuration/rounds/registry/query-results';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { assigned } from '@murmuration/serving/experiments/assignment';
import type { Variant } from '@murmuration/serving/experiments/experiment';
import type { Experiment, ExperimentArm } from './experiment.ts';
import { servedAs } from './served.ts';
import type { ArmTally } from './tally.ts';

/** Running experiment. */
interface Running {
  readonly experiment: Experiment;
  readonly tally: ArmTally;
}

interface Ports {
  readonly running: () => Iterable<Running>;
  readonly results: Pick<QueryResultStore, 'results'>;
  readonly events: CoordinatorEvents;
  /** Called when something new was measured. */
  readonly measured: () => void;
}

/**
 * Experiments measured by queries to devices. Each arm is asked in its own rounds: a sum then has devices of
 * one arm only, at least as many as the threshold of the query, which each device enforces.
 */
export class DeviceArms {
  readonly #ports: Ports;
  /** Counts one result at a time. */
  readonly #turns = new PromiseQueue();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Counts the answers of a round about an arm. */
  async roundEnded({ task, query, number, tally }: RoundRecord): Promise<void> {
    if (query === undefined || !this.isAsking(task, query)) return;
    await this.#turns.run(() => this.#count(task, query, number, tally.lost));
  }

  /** Counts results from before a restart that were not counted yet. Throws `storage.*`. */
  async replay(running: Running): Promise<void> {
    const { experiment, tally } = running;
    if (experiment.query === undefined) return;
    const all = await this.#ports.results.results(
      experiment.task,
      experiment.query,
      Number.POSITIVE_INFINITY,
      resultsKept,
    );
    for (const result of all.toReversed()) countResult(experiment, tally, result, 0);
  }

  /** True if a running experiment uses this query of a task. */
  isAsking(task: TaskName, query: string): boolean {
    return this.#all(task, query).length > 0;
  }

  /**
   * Returns the arm to ask next, over all experiments with this query: of the arms with at least `least`
   * devices that are ready and have not answered yet, the one with the fewest rounds. Returns undefined if
   * there is none.
   */
  next(task: TaskName, { name }: Pick<ArmQuery, 'name'>, least: number): AskedArm | undefined {
    const ready = this.#all(task, name).flatMap(({ experiment, tally }) =>
      experiment.arms
        .filter(arm => tally.ready(arm.name) >= least)
        .map(arm => ({ experiment, arm, rounds: tally.answersOf(arm.name).rounds })),
    );
    const [first] = ready.toSorted((a, b) => a.rounds - b.rounds);
    if (!first) return undefined;
    const { experiment, arm } = first;
    return { experiment: experiment.id, version: arm.model, since: Math.round(experiment.createdAt) };
  }

  /** Records that a device is ready to answer; it counts once, in its arm. */
  came(task: TaskName, device: DeviceId, answers: readonly string[] = []): void {
    for (const { running, arm, part } of this.#partsOf(task, device, answers))
      if (running.tally.came(arm.name, part.unit)) this.#ports.measured();
  }

  /**
   * Returns the labels under which a device waits for queries: for a query about arms, the label of its own
   * arm, until it has answered.
   */
  labels(task: TaskName, device: DeviceId, answers: readonly string[] = []): readonly string[] {
    const parts = this.#partsOf(task, device, answers);
    return answers.map(name => {
      const own = parts.find(({ running }) => running.experiment.query === name);
      return own && !own.running.tally.hasAnswered(own.part.unit)
        ? armLabel(name, { experiment: own.running.experiment.id, version: own.arm.model })
        : name;
    });
  }

  /** Records devices whose answers are in a sum about an arm; they are not asked again. */
  answered(task: TaskName, { experiment: id }: AskedArm, devices: readonly DeviceId[]): void {
    for (const { experiment, tally } of this.#ports.running()) {
      if (experiment.id !== id || experiment.task !== task) continue;
      const served = servedAs(experiment);
      for (const device of devices) {
        const part = assigned(served, device);
        if (part) tally.answered(part.arm, part.unit);
      }
    }
  }

  #partsOf(task: TaskName, device: DeviceId, answers: readonly string[]) {
    const found: { running: Running; arm: ExperimentArm; part: Variant }[] = [];
    for (const running of this.#ports.running()) {
      const { experiment } = running;
      if (experiment.task !== task || experiment.query === undefined || !answers.includes(experiment.query))
        continue;
      const part = assigned(servedAs(experiment), device);
      const arm = part && experiment.arms.find(({ name }) => name === part.arm);
      if (part && arm) found.push({ running, arm, part });
    }
    return found;
  }

  #all(task: TaskName, query: string): Running[] {
    return [...this.#ports.running()].filter(
      ({ experiment }) => experiment.task === task && experiment.query === query,
    );
  }

  async #count(task: TaskName, query: string, number: number, lost: number): Promise<void> {
    const { results, events, measured } = this.#ports;
    try {
      const [result] = await results.results(task, query, number + 1, 1);
      if (result?.number !== number) return;
      for (const { experiment, tally } of this.#all(task, query))
        if (countResult(experiment, tally, result, lost)) measured();
    } catch (error) {
      events.emit('fault', 'reading what devices of an arm said', error);
    }
  }
}

/** Adds the result of a round to its arm, once; returns true if it is about an arm. */
function countResult(experiment: Experiment, tally: ArmTally, result: QueryResult, lost: number): boolean {
  const { query, figures, number } = result;
  const asked = query.kind === 'arm' ? query.arm : undefined;
  const arm = experiment.arms.find(({ model }) => model === asked?.version);
  if (!arm || asked?.experiment !== experiment.id) return false;
  const shown = figures?.kind === 'arm' ? figures : undefined;
  const good = shown?.outcomes[0];
  const found = shown &&
    good && {
      sums: { n: shown.devices, sum: good.sum, squares: good.squares },
      predictions: shown.predictions,
      good: good.count,
      lost,
    };
  tally.asked(arm.name, { number, found });
  return true;
}
