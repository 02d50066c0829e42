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

/** The tasks that operators added: they are there again after a restart. */
export type AddedTaskStore = ReturnType<typeof addedTasksIn>;

export function addedTasksIn(documents: Documents) {
  const kind = 'added-task';
  return {
    /** In the order in which they were added. */
    async all(): Promise<readonly AddedTask[]> {
      return (await documents.list<AddedTask>(kind)).map(({ value }) => value).reverse();
    },
    /** In place of an earlier one of the same task. */
    async put(added: AddedTask): Promise<void> {
      await documents.change({
        put: [{ kind, scope: added.task, key: '', at: added.addedAt, value: added }],
      });
    },
  };
}
