import { sql } from 'kysely';
import type { HourlyCount, HourlyCountStore } from '../operation/hourly-counts.ts';
import type { RowDatabase } from './database.ts';

/** Keeps hourly counts as rows. */
export function sqlHourlyCounts({ rows, writer }: RowDatabase): HourlyCountStore {
  return {
    async add(counts, forget) {
      await writer.write(async changes => {
        for (const values of ordered(counts))
          await changes
            .insertInto('hourly_counts')
            .values(values)
            .onConflict(conflict =>
              conflict
                .columns(['series', 'hour', 'task', 'name'])
                .doUpdateSet({ count: sql`hourly_counts.count + excluded.count` }),
            )
            .execute();
        for (const series of ['check-ins', 'refusals'] as const)
          await changes
            .deleteFrom('hourly_counts')
            .where('series', '=', series)
            .where('hour', '<', forget)
            .execute();
      });
    },

    async since(series, hour) {
      const found = await rows
        .selectFrom('hourly_counts')
        .selectAll()
        .where('series', '=', series)
        .where('hour', '>=', hour)
        .orderBy('hour')
        .execute();
      return found as HourlyCount[];
    },
  };
}

/**
 * Sorts counts, since two processes that write the same ones would otherwise deadlock on each other's rows.
 */
function ordered(counts: readonly HourlyCount[]): readonly HourlyCount[] {
  const keyOf = ({ series, hour, task, name }: HourlyCount) => JSON.stringify([series, hour, task, name]);
  return counts.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}
