import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { PromotionWatch, PromotionWatchStore } from '../../registry/promotion-watches.ts';

export function memoryPromotionWatches(): PromotionWatchStore {
  const kept = new Map<TaskName, PromotionWatch>();
  return {
    async all() {
      return [...kept.values()];
    },
    async put(watch) {
      kept.set(watch.task, structuredClone(watch));
    },
    async remove(task) {
      kept.delete(task);
    },
  };
}
