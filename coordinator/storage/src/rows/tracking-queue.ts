import type { Queued, TrackingQueue } from '@murmuration/lifecycle/tracking/queue';
import type { RowDatabase } from './database.ts';
import { fromJson, toJson } from './json.ts';

/** Most rows of one statement, below SQLite's limit of parameters. */
const rowsAtOnce = 1_000;

/** Keeps operations that wait for a server as rows of a table. */
export function sqlQueue<Operation extends Queued>(
  { rows, writer }: RowDatabase,
  table: 'tracking_queue' | 'lineage_queue',
): TrackingQueue<Operation> {
  const size = async () => {
    const { count } = await rows
      .selectFrom(table)
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
            .insertInto(table)
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
        .selectFrom(table)
        .select(['number', 'operation'])
        .orderBy('number')
        .limit(most)
        .execute();
      return found.map(({ number, operation }) => ({ number, operation: fromJson<Operation>(operation) }));
    },

    async remove(number) {
      await writer.write(changes => changes.deleteFrom(table).where('number', '=', number).execute());
    },

    async bound(most) {
      const over = (await size()) - most;
      if (over <= 0) return 0;
      const { numDeletedRows } = await writer.write(changes =>
        changes
          .deleteFrom(table)
          .where(
            'number',
            'in',
            changes
              .selectFrom(table)
              .select('number')
              .where('kind', '=', 'log')
              .orderBy('number')
              .limit(over),
          )
          .executeTakeFirst(),
      );
      return Number(numDeletedRows);
    },
  };
}
