import type { AccuracySums } from '@murmuration/monitoring/accuracy/accuracy-sums';
import type { AccuracyStore } from '@murmuration/serving/monitor/accuracy-store';
import type { RowDatabase } from './database.ts';
import { fromJson, toJson } from './json.ts';

/** How good versions were, hour by hour, as rows. */
export function sqlAccuracy({ rows, writer }: RowDatabase): AccuracyStore {
  return {
    async all() {
      const found = await rows.selectFrom('live_accuracy').selectAll().execute();
      return found.map(({ model, version, hour, sums }) => ({
        model,
        version,
        from: hour,
        sums: fromJson<AccuracySums>(sums),
      }));
    },

    async put(hours) {
      await writer.write(async changes => {
        for (const { model, version, from, sums } of hours)
          await changes
            .insertInto('live_accuracy')
            .values({ model, version, hour: from, sums: toJson(sums) })
            .onConflict(conflict =>
              conflict.columns(['model', 'version', 'hour']).doUpdateSet({ sums: toJson(sums) }),
            )
            .execute();
      });
    },

    async forget(time) {
      await writer.write(async changes => {
        await changes.deleteFrom('live_accuracy').where('hour', '<', time).execute();
      });
    },
  };
}
