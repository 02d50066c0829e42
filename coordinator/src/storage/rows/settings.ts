import type { SettingsStore } from '../../task/settings-store.ts';
import type { RowDatabase } from './database.ts';
import { fromJson, toJson } from './json.ts';

/** Settings of tasks as rows. */
export function sqlSettings({ rows, writer }: RowDatabase): SettingsStore {
  return {
    async of(task) {
      const row = await rows
        .selectFrom('task_settings')
        .selectAll()
        .where('task', '=', task)
        .executeTakeFirst();
      return (
        row && {
          task,
          planVersion: row.plan_version,
          settings: fromJson<unknown>(row.settings),
          changedAt: row.changed_at,
          changedBy: row.changed_by,
        }
      );
    },

    async put({ task, planVersion, settings, changedAt, changedBy }) {
      const values = {
        plan_version: planVersion,
        settings: toJson(settings),
        changed_at: changedAt,
        changed_by: changedBy,
      };
      await writer.write(changes =>
        changes
          .insertInto('task_settings')
          .values({ task, ...values })
          .onConflict(conflict => conflict.column('task').doUpdateSet(values))
          .execute(),
      );
    },
  };
}
