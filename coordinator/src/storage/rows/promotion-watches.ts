import type { PromotionWatch, PromotionWatchStore } from '../../registry/promotion-watches.ts';
import type { RowDatabase } from './database.ts';
import { fromJson, toJson } from './json.ts';

/** Watches of promoted versions as rows. */
export function sqlPromotionWatches({ rows, writer }: RowDatabase): PromotionWatchStore {
  return {
    async all() {
      const found = await rows.selectFrom('promotion_watches').select('watch').orderBy('task').execute();
      return found.map(({ watch }) => fromJson<PromotionWatch>(watch));
    },

    async put(watch) {
      const values = { watch: toJson(watch) };
      await writer.write(changes =>
        changes
          .insertInto('promotion_watches')
          .values({ task: watch.task, ...values })
          .onConflict(conflict => conflict.column('task').doUpdateSet(values))
          .execute(),
      );
    },

    async remove(task) {
      await writer.write(changes =>
        changes.deleteFrom('promotion_watches').where('task', '=', task).execute(),
      );
    },
  };
}
