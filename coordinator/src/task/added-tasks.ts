import type { TaskName } from '@murmuration/protocol/ids/ids';

/** A task that an operator added to a running coordinator. */
export interface AddedTask {
  readonly task: TaskName;
  /** Name of its module in the tasks' folder. */
  readonly file: string;
  /** ms since 1970. */
  readonly addedAt: number;
  /** Name of the operator. */
  readonly addedBy: string;
}

/** The tasks that operators added: they are there again after a restart. */
export interface AddedTaskStore {
  /** In the order in which they were added. */
  all(): Promise<readonly AddedTask[]>;
  /** In place of an earlier one of the same task. */
  put(added: AddedTask): Promise<void>;
}
