import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { PausedTasks } from '../../rounds/pauses.ts';
import type { RowDatabase } from './database.ts';

/** Paused tasks as rows. */
export function sqlPausedTasks({ rows, writer }: RowDatabase): PausedTasks {
  return {
    async all() {
      const found = await rows.selectFrom('paused_tasks').select('task').execute();
      return new Set(found.map(({ task }) => task as TaskName));
    },

    async set(task, isPaused) {
      await writer.write<unknown>(changes =>
        isPaused
          ? changes
              .insertInto('paused_tasks')
              .values({ task })
              .onConflict(conflict => conflict.doNothing())
              .execute()
          : changes.deleteFrom('paused_tasks').where('task', '=', task).execute(),
      );
    },
  };
}
