import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { RoundEnder } from '../round/round.ts';
import type { AllRounds } from './all-tasks.ts';
import type { PausedTasks } from './pauses.ts';
import type { TaskRounds } from './task-rounds.ts';

/**
 * Acts of operators, or of automation in their place, on the rounds of a task. Each throws `task.unknown` for
 * a task that doesn't exist.
 */
export class RoundControl {
  readonly #tasks: AllRounds;
  readonly #paused: PausedTasks;
  readonly #steered: (task: TaskName) => void;

  /** Calls `steered` with each task that was paused or unpaused. */
  constructor(tasks: AllRounds, paused: PausedTasks, steered: (task: TaskName) => void = () => {}) {
    this.#steered = steered;
    this.#tasks = tasks;
    this.#paused = paused;
  }

  /** Pauses the rounds of tasks that were paused before a restart; call it before they start. */
  async open(all: Iterable<Pick<TaskRounds, 'task' | 'pause'>>): Promise<void> {
    const paused = await this.#paused.all();
    for (const rounds of all) if (paused.has(rounds.task.name)) rounds.pause();
  }

  get tasks(): readonly TaskRounds[] {
    return [...this.#tasks.values()];
  }

  /** Stops rounds from beginning automatically; the one under way goes on. */
  async pause(task: TaskName): Promise<void> {
    const rounds = this.#find(task);
    await this.#paused.set(task, true);
    rounds.pause();
    this.#steered(task);
  }

  async unpause(task: TaskName): Promise<void> {
    const rounds = this.#find(task);
    await this.#paused.set(task, false);
    rounds.unpause();
    this.#steered(task);
  }

  /**
   * Ends the round under way as failed. Throws `round.unknown` if there is none, `round.closed` if its
   * version is already being stored.
   */
  async abort(task: TaskName, reason: string): Promise<void> {
    const rounds = this.#find(task);
    const { newest } = rounds;
    if (rounds.isTraining) return rounds.abort(reason, 'operator');
    if (newest === undefined || isOver(newest.state.phase))
      throw new MurmurationError('round.unknown', 'No round of this task is under way.');
    newest.abort(reason, 'operator');
    if (!isOver(newest.state.phase))
      throw new MurmurationError('round.closed', 'The version of this round is being stored already.');
  }

  /**
   * Rolls a task back. Rounds that train from another version than `change` leads to are ended by `by`, for a
   * `reason`; if the version of one was already being stored, `change` is repeated after it. Throws
   * `task.unknown`, and what `change` throws.
   */
  async rollBack<Version extends { readonly model: ModelHash }>(
    task: TaskName,
    change: () => Promise<Version>,
    { by, reason }: { readonly by: RoundEnder; readonly reason: string },
  ): Promise<Version> {
    const rounds = this.#find(task);
    for (;;) {
      const version = await change();
      if (rounds.isTraining) rounds.abort(reason, by);
      // The devices of a buffer start from several versions.
      const others = rounds.underWay.filter(
        ({ state, terms }) =>
          !isOver(state.phase) && (terms.kind === 'buffer' || terms.plan.model !== version.model),
      );
      if (others.length === 0) return version;
      for (const each of others) each.abort(reason, by);
      const records = await Promise.all(others.map(({ ended }) => ended));
      if (!records.some(record => record?.outcome === 'published')) return version;
    }
  }

  /** Begins a round at once, even if the task is paused. Throws `round.under-way` or `server.stopping`. */
  async begin(task: TaskName): Promise<void> {
    this.#find(task).beginNow();
  }

  /**
   * Asks devices a query in the next round, also after a restart. Throws `request.not-found` if the task has
   * none of that name, or `server.stopping`.
   */
  async ask(task: TaskName, query: string): Promise<void> {
    await this.#find(task).askLastingly(query);
  }

  #find(task: TaskName): TaskRounds {
    const rounds = this.#tasks.get(task);
    if (!rounds) throw new MurmurationError('task.unknown', `There is no task "${task}".`);
    return rounds;
  }
}

function isOver(phase: string): boolean {
  return phase === 'published' || phase === 'failed';
}
