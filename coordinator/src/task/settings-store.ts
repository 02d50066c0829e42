import type { TaskName } from '@murmuration/protocol/ids/ids';

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

export interface SettingsStore {
  of(task: TaskName): Promise<KeptSettings | undefined>;
  /** In the place of those before. */
  put(settings: KeptSettings): Promise<void>;
}
