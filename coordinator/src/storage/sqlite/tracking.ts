import type { TrackingOperation, TrackingStore } from '../../lifecycle/tracking/operations.ts';
import { fromJson, toJson } from './json.ts';
import type { SqliteDatabase } from './open.ts';

/** Rows of one statement, below SQLite's limit of parameters. */
const rowsAtOnce = 1_000;

/** What waits for a tracking server as rows. */
export function sqliteTracking({ rows, writer }: SqliteDatabase): TrackingStore {
  const size = async () => {
    const { count } = await rows
      .selectFrom('tracking_queue')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return Number(count);
  };
  return {
    size,

    async append(operations) {
      await writer.write(async changes => {
        for (let at = 0; at < operations.length; at += rowsAtOnce)
          await changes
            .insertInto('tracking_queue')
            .values(
              operations
                .slice(at, at + rowsAtOnce)
                .map(operation => ({ kind: operation.kind, operation: toJson(operation) })),
            )
            .execute();
      });
    },

    async first(most) {
      const found = await rows
        .selectFrom('tracking_queue')
        .select(['number', 'operation'])
        .orderBy('number')
        .limit(most)
        .execute();
      return found.map(({ number, operation }) => ({
        number,
        operation: fromJson<TrackingOperation>(operation),
      }));
    },

    async remove(number) {
      await writer.write(changes =>
        changes.deleteFrom('tracking_queue').where('number', '=', number).execute(),
      );
    },

    async bound(most) {
      const over = (await size()) - most;
      if (over <= 0) return 0;
      const { numDeletedRows } = await writer.write(changes =>
        changes
          .deleteFrom('tracking_queue')
          .where(
            'number',
            'in',
            changes
              .selectFrom('tracking_queue')
              .select('number')
              .where('kind', '=', 'log')
              .orderBy('number')
              .limit(over),
          )
          .executeTakeFirst(),
      );
      return Number(numDeletedRows);
    },

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
