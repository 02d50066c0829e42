import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Documents } from '../operators/documents.ts';

/** Settings that operators gave a task, in place of its definition's. */
export interface KeptSettings {
  readonly task: TaskName;
  readonly planVersion: number;
  /** Complete settings, as JSON. */
  readonly settings: unknown;
  /** ms since 1970. */
  readonly changedAt: number;
  /** Name of the operator. */
  readonly changedBy: string;
}

/** Store of the settings of tasks, which survive a restart. */
export type SettingsStore = ReturnType<typeof settingsIn>;

export function settingsIn(documents: Documents) {
  const kind = 'task-settings';
  return {
    of: (task: TaskName): Promise<KeptSettings | undefined> => documents.get(kind, task, ''),
    /** Replaces the task's stored settings. */
    async put(settings: KeptSettings): Promise<void> {
      const { task, changedAt } = settings;
      await documents.change({ put: [{ kind, scope: task, key: '', at: changedAt, value: settings }] });
    },
  };
}
