import type { TrackingOperation, TrackingStore } from '../../lifecycle/tracking/operations.ts';
import type { RowDatabase } from './database.ts';
import { fromJson, toJson } from './json.ts';
import { sqlQueue } from './tracking-queue.ts';

/** What waits for an MLflow server, and what both sides had last, as rows. */
export function sqlTracking(database: RowDatabase): TrackingStore {
  const { rows, writer } = database;
  return {
    ...sqlQueue<TrackingOperation>(database, 'tracking_queue'),

    async aliases(task) {
      const row = await rows
        .selectFrom('tracking_aliases')
        .select('aliases')
        .where('task', '=', task)
        .executeTakeFirst();
      return row ? fromJson<Record<string, number>>(row.aliases) : {};
    },

    async putAliases(task, aliases) {
      const text = toJson(aliases);
      await writer.write(changes =>
        changes
          .insertInto('tracking_aliases')
          .values({ task, aliases: text })
          .onConflict(conflict => conflict.column('task').doUpdateSet({ aliases: text }))
          .execute(),
      );
    },
  };
}
