import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { AddedTask, AddedTaskStore } from '../../task/added-tasks.ts';

export function memoryAddedTasks(): AddedTaskStore {
  const kept = new Map<TaskName, AddedTask>();
  return {
    async all() {
      return [...kept.values()];
    },
    async put(added) {
      kept.set(added.task, added);
    },
  };
}
