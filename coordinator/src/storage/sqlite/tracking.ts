import type { TrackingOperation, TrackingStore } from '../../lifecycle/tracking/operations.ts';
import { fromJson, toJson } from './json.ts';
import type { SqliteDatabase } from './open.ts';
import { sqliteQueue } from './tracking-queue.ts';

/** What waits for an MLflow server, and what both sides had last, as rows. */
export function sqliteTracking(database: SqliteDatabase): TrackingStore {
  const { rows, writer } = database;
  return {
    ...sqliteQueue<TrackingOperation>(database, 'tracking_queue'),

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
