import type { AlertRule } from '@murmuration/api/alert';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { SilenceStore } from '../../telemetry/alerts/attention.ts';
import type { RowDatabase } from './database.ts';

/** Silences of alerts as rows; an empty task is the whole coordinator. */
export function sqlSilences({ rows, writer }: RowDatabase): SilenceStore {
  return {
    async after(now) {
      await writer.write(changes => changes.deleteFrom('silences').where('until', '<=', now).execute());
      const found = await rows.selectFrom('silences').selectAll().execute();
      return found.map(({ rule, task, until, set_by }) => ({
        rule: rule as AlertRule,
        task: task === '' ? null : (task as TaskName),
        until,
        by: set_by,
      }));
    },

    async put({ rule, task, until, by }) {
      await writer.write(changes =>
        changes
          .insertInto('silences')
          .values({ rule, task: task ?? '', until, set_by: by })
          .onConflict(conflict => conflict.columns(['rule', 'task']).doUpdateSet({ until, set_by: by }))
          .execute(),
      );
    },
  };
}
