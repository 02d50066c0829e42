import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Documents } from '../operators/documents.ts';

/** Tasks whose rounds an operator has paused; they stay paused over a restart. */
export type PausedTasks = ReturnType<typeof pausedTasksIn>;

export function pausedTasksIn(documents: Documents) {
  const kind = 'paused-task';
  return {
    async all(): Promise<ReadonlySet<TaskName>> {
      return new Set((await documents.list(kind)).map(({ scope }) => scope as TaskName));
    },
    async set(task: TaskName, isPaused: boolean): Promise<void> {
      const place = { kind, scope: task, key: '' };
      await documents.change(isPaused ? { add: [{ ...place, at: 0, value: true }] } : { remove: [place] });
    },
  };
}
