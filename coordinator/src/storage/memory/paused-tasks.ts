import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { PausedTasks } from '../../rounds/pauses.ts';

export function memoryPausedTasks(): PausedTasks {
  const paused = new Set<TaskName>();
  return {
    async all() {
      return new Set(paused);
    },
    async set(task, isPaused) {
      if (isPaused) paused.add(task);
      else paused.delete(task);
    },
  };
}
