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

/**
 * Training runs of all tasks, for operators and programs. All methods throw `task.unknown` for a task that
 * doesn't exist.
 */
export class RunControl {
  readonly #rounds: AllRounds;
  readonly #store: RunStore;
  readonly #clock: Clock;
  /** Map from the name of a task with `retrain` to its runs. */
  readonly #runs = new Map<string, TrainingRuns>();

  constructor(rounds: AllRounds, store: RunStore, clock: Clock) {
    this.#rounds = rounds;
    this.#store = store;
    this.#clock = clock;
  }

  /** Adds the runs of their task, or replaces them. */
  admit(runs: TrainingRuns): void {
    this.#runs.set(runs.task, runs);
  }

  /** Starts the triggers of a task, if it has any. */
  async start(task: TaskName): Promise<void> {
    await this.#runs.get(task)?.start();
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#runs.values(), runs => runs.close()));
  }

  /** Fires drift triggers. Throws `storage.*`. */
  inputsCompared(window: ComparedWindow): Promise<void> {
    return this.observe(window.task, { type: 'drift', window });
  }

  /** Fires accuracy triggers. Throws `storage.*`. */
  accuracyComputed(accuracy: LiveAccuracy): Promise<void> {
    return this.observe(accuracy.task, { type: 'accuracy', accuracy });
  }

  /** Passes an observation to the triggers of a task, if it has any. Throws `storage.*`. */
  async observe(task: TaskName, observation: Observation): Promise<void> {
    await this.#runs.get(task)?.observe(observation);
  }

  /** True if a run of a task is open; undefined for a task whose rounds run all the time. */
  isTraining(task: string): boolean | undefined {
    const runs = this.#runs.get(task);
    return runs && runs.openRun !== undefined;
  }

  /**
   * Returns the state of a task's triggers and what holds them back; undefined for a task whose rounds run
   * all the time.
   */
  standing(task: string): RetrainStanding | undefined {
    return this.#runs.get(this.#known(task))?.standing();
  }

  /** Lists runs with numbers below `before`, newest first, at most `limit`. */
  async list(task: string, before: number, limit: number): Promise<readonly TrainingRun[]> {
    return this.#store.runs(this.#known(task), before, limit);
  }

  /** Returns a run. Throws `round.unknown` if there is none of this number. */
  async show(task: string, number: number): Promise<TrainingRun> {
    const run = await this.#store.run(this.#known(task), number);
    if (!run) throw new MurmurationError('round.unknown', `${task} has no training run ${number}.`);
    return run;
  }

  /** Lists firings of triggers with numbers below `before`, newest first, at most `limit`. */
  async records(task: string, before: number, limit: number): Promise<readonly FiringRecord[]> {
    return this.#store.records(this.#known(task), before, limit);
  }

  /**
   * Begins a run for an operator. Throws `task.settings` for a task without runs, and as
   * `TrainingRuns.begin`.
   */
  async begin(task: string, by: string, reason: string): Promise<TrainingRun> {
    return this.#of(task).begin(by, reason);
  }

  /**
   * Ends the open run for an operator. Throws `task.settings` for a task without runs, and as
   * `TrainingRuns.end`.
   */
  async end(task: string, by: string, reason: string): Promise<TrainingRun> {
    return this.#of(task).end(by, reason);
  }

  /**
   * Handles a program's call of a task's webhook. Throws `operator.unauthenticated` for a message without a
   * valid, recent signature, and also if there is no such webhook, and as `TrainingRuns.receive`.
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
