import type { Task } from '../task/task.ts';
import type { DriverPorts } from './ports.ts';

/** Settings of a task's rounds: new ones hold from the next round on. */
export class RoundSettings {
  /** Task with the settings of the round under way; between rounds, of the next one. */
  task: Task;
  /** Task with the settings of the next round, if they differ. */
  change: Task | undefined;
  readonly #moments: DriverPorts['moments'];

  constructor(task: Task, moments: DriverPorts['moments']) {
    this.task = task;
    this.#moments = moments;
  }

  /** Task with the settings of the next round. */
  get upcoming(): Task {
    return this.change ?? this.task;
  }

  /** Puts the settings of the next round in force. */
  takeOver(): void {
    if (!this.change) return;
    this.task = this.change;
    this.change = undefined;
    this.#moments.settingsChanged(this.task.name);
  }
}
