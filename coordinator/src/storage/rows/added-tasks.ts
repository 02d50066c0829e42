import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { AddedTaskStore } from '../../task/added-tasks.ts';
import type { RowDatabase } from './database.ts';

/** Added tasks as rows. */
export function sqlAddedTasks({ rows, writer }: RowDatabase): AddedTaskStore {
  return {
    async all() {
      const found = await rows.selectFrom('added_tasks').selectAll().orderBy('added_at').execute();
      return found.map(({ task, file, added_at, added_by }) => ({
        task: task as TaskName,
        file,
        addedAt: added_at,
        addedBy: added_by,
      }));
    },

    async put({ task, file, addedAt, addedBy }) {
      const values = { file, added_at: addedAt, added_by: addedBy };
      await writer.write(changes =>
        changes
          .insertInto('added_tasks')
          .values({ task, ...values })
          .onConflict(conflict => conflict.column('task').doUpdateSet(values))
          .execute(),
      );
    },
  };
}
