import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Documents } from '../operators/documents.ts';

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

/** Store of the tasks that operators added; a restarted coordinator loads them again. */
export type AddedTaskStore = ReturnType<typeof addedTasksIn>;

export function addedTasksIn(documents: Documents) {
  const kind = 'added-task';
  return {
    /** Lists the tasks, oldest first. */
    async all(): Promise<readonly AddedTask[]> {
      return (await documents.list<AddedTask>(kind)).map(({ value }) => value).reverse();
    },
    /** Adds a task, or replaces an earlier record of it. */
    async put(added: AddedTask): Promise<void> {
      await documents.change({
        put: [{ kind, scope: added.task, key: '', at: added.addedAt, value: added }],
      });
    },
  };
}
