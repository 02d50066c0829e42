import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { AliasStore } from '../../registry/aliases.ts';
import { appendEntries } from './audit.ts';
import type { RowDatabase } from './database.ts';

/** Aliases of versions as rows. */
export function sqlAliases({ rows, writer }: RowDatabase): AliasStore {
  return {
    async of(task) {
      const found = await rows
        .selectFrom('aliases')
        .selectAll()
        .where('task', '=', task)
        .orderBy('alias')
        .execute();
      return found.map(({ set_at, set_by, ...row }) => ({
        ...row,
        task: row.task as TaskName,
        model: row.model as ModelHash,
        setAt: set_at,
        setBy: set_by,
      }));
    },

    async change(task, set, remove = [], entries = []) {
      await writer.write(async changes => {
        for (const alias of [...remove, ...set.map(({ alias }) => alias)])
          await changes.deleteFrom('aliases').where('task', '=', task).where('alias', '=', alias).execute();
        for (const { setAt, setBy, ...row } of set)
          await changes
            .insertInto('aliases')
            .values({ ...row, set_at: setAt, set_by: setBy })
            .execute();
        await appendEntries(changes, entries);
      });
    },

    async models() {
      const found = await rows.selectFrom('aliases').select('model').execute();
      return new Set(found.map(({ model }) => model as ModelHash));
    },
  };
}
