import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Documents } from '../operators/documents.ts';

/** The settings that operators have given to a task, in the place of those of its definition. */
export interface KeptSettings {
  readonly task: TaskName;
  readonly planVersion: number;
  /** As JSON, complete. */
  readonly settings: unknown;
  /** ms since 1970. */
  readonly changedAt: number;
  /** Name of the operator. */
  readonly changedBy: string;
}

/** Keeps the settings of tasks: they are there after a restart. */
export type SettingsStore = ReturnType<typeof settingsIn>;

export function settingsIn(documents: Documents) {
  const kind = 'task-settings';
  return {
    of: (task: TaskName): Promise<KeptSettings | undefined> => documents.get(kind, task, ''),
    /** In the place of those before. */
    async put(settings: KeptSettings): Promise<void> {
      const { task, changedAt } = settings;
      await documents.change({ put: [{ kind, scope: task, key: '', at: changedAt, value: settings }] });
    },
  };
}
