import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { ComparedWindow, LiveAccuracy } from '@murmuration/rounds/events/monitored';
import type { FiringRecord, TrainingRun } from '@murmuration/rounds/events/training-run';
import type { AllRounds } from '@murmuration/rounds/rounds/all-tasks';
import { knownTask } from '@murmuration/rounds/task/known-task';
import { requireSigned, type SignatureHeaders } from '@murmuration/rounds/tokens/webhook-signature';
import type { Observation } from '../triggers/look.ts';
import type { RunStore } from './store.ts';
import type { RetrainStanding, TrainingRuns } from './training-runs.ts';

/** The training runs of all tasks: what operators and programs ask of them. Each throws `task.unknown` for a task that is not there. */
export class RunControl {
  readonly #rounds: AllRounds;
  readonly #store: RunStore;
  readonly #clock: Clock;
  /** Of tasks that say when they train again, by their names. */
  readonly #runs = new Map<string, TrainingRuns>();

  constructor(rounds: AllRounds, store: RunStore, clock: Clock) {
    this.#rounds = rounds;
    this.#store = store;
    this.#clock = clock;
  }

  /** From now on these are the runs of their task. */
  admit(runs: TrainingRuns): void {
    this.#runs.set(runs.task, runs);
  }

  /** Triggers of a task fire from now on, where it has any. */
  async start(task: TaskName): Promise<void> {
    await this.#runs.get(task)?.start();
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#runs.values(), runs => runs.close()));
  }

  /** Triggers of drift fire where there is any. Throws `storage.*`. */
  inputsCompared(window: ComparedWindow): Promise<void> {
    return this.observe(window.task, { type: 'drift', window });
  }

  /** Triggers of accuracy fire where it fell. Throws `storage.*`. */
  accuracyComputed(accuracy: LiveAccuracy): Promise<void> {
    return this.observe(accuracy.task, { type: 'accuracy', accuracy });
  }

  /** Triggers of a task hear of something, where it has any. Throws `storage.*`. */
  async observe(task: TaskName, observation: Observation): Promise<void> {
    await this.#runs.get(task)?.observe(observation);
  }

  /** Whether a run of a task is open; undefined for one whose rounds run all the time. */
  isTraining(task: string): boolean | undefined {
    const runs = this.#runs.get(task);
    return runs && runs.openRun !== undefined;
  }

  /** What its triggers are about to do, and what keeps them; undefined for a task whose rounds run all the time. */
  standing(task: string): RetrainStanding | undefined {
    return this.#runs.get(this.#known(task))?.standing();
  }

  /** Newest first, those with numbers below `before`, at most `limit`. */
  async list(task: string, before: number, limit: number): Promise<readonly TrainingRun[]> {
    return this.#store.runs(this.#known(task), before, limit);
  }

  /** Throws `round.unknown` where there is no such run. */
  async show(task: string, number: number): Promise<TrainingRun> {
    const run = await this.#store.run(this.#known(task), number);
    if (!run) throw new MurmurationError('round.unknown', `${task} has no training run ${number}.`);
    return run;
  }

  /** Firings of triggers with numbers below `before`, newest first, at most `limit`. */
  async records(task: string, before: number, limit: number): Promise<readonly FiringRecord[]> {
    return this.#store.records(this.#known(task), before, limit);
  }

  /** An operator begins a run. Throws `task.settings` for a task without runs, and as `TrainingRuns.begin`. */
  async begin(task: string, by: string, reason: string): Promise<TrainingRun> {
    return this.#of(task).begin(by, reason);
  }

  /** An operator ends the run that is open. Throws `task.settings` for a task without runs, and as `TrainingRuns.end`. */
  async end(task: string, by: string, reason: string): Promise<TrainingRun> {
    return this.#of(task).end(by, reason);
  }

  /**
   * A program calls a webhook of a task. Throws `operator.unauthenticated` for a message that is not signed with its secret now, whether or not
   * there is such a webhook, and as `TrainingRuns.receive`.
   */
  async receive(
    task: string,
    name: string,
    headers: SignatureHeaders,
    body: Uint8Array,
  ): Promise<FiringRecord> {
    const trigger = this.#rounds
      .get(task)
      ?.upcoming.retrain?.when.find(each => each.kind === 'webhook' && each.name === name);
    const runs = this.#runs.get(task);
    if (trigger?.kind !== 'webhook' || !runs)
      throw new MurmurationError(
        'operator.unauthenticated',
        'The signature is not one of this message with the secret of this webhook.',
      );
    requireSigned(trigger.secret, headers, body, this.#clock.now());
    return runs.receive(name, headers['webhook-id']);
  }

  #known(task: string): TaskName {
    return knownTask(this.#rounds.get(task), task).task.name;
  }

  #of(task: string): TrainingRuns {
    const runs = this.#runs.get(this.#known(task));
    if (runs) return runs;
    throw new MurmurationError(
      'task.settings',
      `The rounds of ${task} run all the time; give its definition a retrain section for training runs.`,
    );
  }
}
