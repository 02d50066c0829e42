import type { TaskName } from '@murmuration/protocol/ids/ids';

/** The tasks whose rounds an operator has paused: they stay so over a restart. */
export interface PausedTasks {
  all(): Promise<ReadonlySet<TaskName>>;
  set(task: TaskName, isPaused: boolean): Promise<void>;
}
