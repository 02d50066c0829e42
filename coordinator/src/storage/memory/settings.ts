import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { KeptSettings, SettingsStore } from '../../task/settings-store.ts';

export function memorySettings(): SettingsStore {
  const kept = new Map<TaskName, KeptSettings>();
  return {
    async of(task) {
      return kept.get(task);
    },
    async put(settings) {
      kept.set(settings.task, settings);
    },
  };
}
