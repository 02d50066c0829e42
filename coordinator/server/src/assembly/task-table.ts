import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Conduct } from '@murmuration/rounds/population/conduct';
import type { WaitingPool } from '@murmuration/rounds/population/waiting-pool';
import type { CheckInHandler } from '@murmuration/rounds/rounds/check-in';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import type { PreparedTask } from './prepare-task.ts';

/** Tables of a core's tasks, by task name. */
export class TaskTable {
  readonly rounds = new Map<string, TaskRounds>();
  readonly pools = new Map<string, WaitingPool>();
  readonly checkIns = new Map<string, CheckInHandler>();
  readonly conducts = new Map<string, Conduct>();

  /** Makes the task visible. */
  admit({ task, opened }: PreparedTask): TaskRounds {
    this.pools.set(task.name, opened.pool);
    this.conducts.set(task.name, opened.conduct);
    this.rounds.set(task.name, opened.rounds);
    this.checkIns.set(task.name, opened.checkIns);
    return opened.rounds;
  }

  /** Hides the task and leaves its rounds. */
  async withdraw(task: TaskName): Promise<void> {
    const rounds = this.rounds.get(task);
    await this.conducts.get(task)?.close();
    for (const each of [this.pools, this.rounds, this.checkIns, this.conducts]) each.delete(task);
    await rounds?.suspend();
  }
}
