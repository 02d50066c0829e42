import { MurmurationError } from '@murmuration/protocol/errors';
import type { TaskName } from '@murmuration/protocol/ids';
import type { AllRounds } from './all-tasks.ts';
import type { PausedTasks } from './pauses.ts';
import type { TaskRounds } from './task-rounds.ts';

/** What an operator may do to the rounds of a task. Each throws `task.unknown` for a task that is not there. */
export class Steering {
  readonly #tasks: AllRounds;
  readonly #paused: PausedTasks;

  constructor(tasks: AllRounds, paused: PausedTasks) {
    this.#tasks = tasks;
    this.#paused = paused;
  }

  /** Pauses the tasks that were paused when a coordinator before this one ended; once, before their rounds start. */
  async open(): Promise<void> {
    for (const task of await this.#paused.all()) this.#tasks.get(task)?.pause();
  }

  get tasks(): readonly TaskRounds[] {
    return [...this.#tasks.values()];
  }

  /** From now on no round begins by itself; the one under way goes on. */
  async pause(task: TaskName): Promise<void> {
    const rounds = this.#find(task);
    await this.#paused.set(task, true);
    rounds.pause();
  }

  /** Rounds begin on schedule again. */
  async unpause(task: TaskName): Promise<void> {
    const rounds = this.#find(task);
    await this.#paused.set(task, false);
    rounds.unpause();
  }

  /** Ends the round under way as failed. Throws `round.unknown` where none is, `round.closed` where its version is being stored already. */
  async abort(task: TaskName, reason: string): Promise<void> {
    const { current } = this.#find(task);
    if (current === undefined || isOver(current.state.phase))
      throw new MurmurationError('round.unknown', 'No round of this task is under way.');
    current.abort(reason);
    if (!isOver(current.state.phase))
      throw new MurmurationError('round.closed', 'The version of this round is being stored already.');
  }

  /** Begins a round at once, whether or not the task is paused. Throws `round.under-way` or `server.stopping`. */
  async begin(task: TaskName): Promise<void> {
    this.#find(task).beginNow();
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
