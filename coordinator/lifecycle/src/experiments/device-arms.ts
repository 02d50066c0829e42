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
import type { Tally } from './tally.ts';

/** An experiment that runs. */
interface Running {
  readonly experiment: Experiment;
  readonly tally: Tally;
}

interface Ports {
  readonly running: () => Iterable<Running>;
  readonly results: Pick<QueryResultStore, 'results'>;
  readonly events: CoordinatorEvents;
  /** Something was measured. */
  readonly measured: () => void;
}

/**
 * Experiments that devices are asked about. Each arm is asked in rounds of its own: a sum then has devices of one arm only, and as many of them as
 * the threshold of the query, which each device holds the coordinator to.
 */
export class DeviceArms {
  readonly #ports: Ports;
  /** Results are counted one after the other. */
  readonly #turns = new PromiseQueue();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Counts what devices said in a round about an arm. */
  async roundEnded({ task, query, number, tally }: RoundRecord): Promise<void> {
    if (query === undefined || !this.isAsking(task, query)) return;
    await this.#turns.run(() => this.#count(task, query, number, tally.lost));
  }

  /** Counts what came before a restart, and was not yet counted. Throws `storage.*`. */
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

  /** Whether devices are asked by a query of a task now. */
  isAsking(task: TaskName, query: string): boolean {
    return this.#all(task, query).length > 0;
  }

  /**
   * The arm to ask next: of those of which as many devices as `least` have something to say and have not said it yet, that with the fewest rounds,
   * over all experiments that are measured by a query. undefined: there is none.
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

  /** A device would answer: it counts as one of its arm, once. */
  came(task: TaskName, device: DeviceId, answers: readonly string[] = []): void {
    for (const { running, arm, part } of this.#partsOf(task, device, answers))
      if (running.tally.came(arm.name, part.unit)) this.#ports.measured();
  }

  /** By what names a device waits for queries: for one about arms only by that of its own, and only until it has answered. */
  labels(task: TaskName, device: DeviceId, answers: readonly string[] = []): readonly string[] {
    const parts = this.#partsOf(task, device, answers);
    return answers.map(name => {
      const own = parts.find(({ running }) => running.experiment.query === name);
      return own && !own.running.tally.hasAnswered(own.part.unit)
        ? armLabel(name, { experiment: own.running.experiment.id, version: own.arm.model })
        : name;
    });
  }

  /** Answers of these devices are in a sum about an arm: they are not asked again. */
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

/** Adds what a round found to its arm, once; whether it was of one. */
function countResult(experiment: Experiment, tally: Tally, result: QueryResult, lost: number): boolean {
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
