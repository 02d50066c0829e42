import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { PromotionWatch, PromotionWatchStore } from '@murmuration/rounds/registry/promotion-watches';
import { describe, expect, it } from 'vitest';

const [one, two] = ['1', '2'].map(digit => digit.repeat(64)) as [ModelHash, ModelHash];

function watch(task: string, number = 2): PromotionWatch {
  return {
    task: task as TaskName,
    from: { number: 1, model: one },
    to: { number, model: two },
    startedAt: 7,
    figures: {
      accuracy: { before: { n: 3, sum: 1, squares: 0.1 + 0.2 }, since: { n: 0, sum: 0, squares: 0 } },
    },
  };
}

/** What every store of watches of promoted versions keeps to; `open` gives an empty one. */
export function promotionWatchesContract(name: string, open: () => Promise<PromotionWatchStore>): void {
  describe(`${name} as watches of promoted versions`, () => {
    it('has the last one of each task, until it is removed', async () => {
      const store = await open();
      expect(await store.all()).toEqual([]);
      await store.put(watch('a'));
      await store.put(watch('b'));
      await store.put(watch('a', 3));
      expect(await store.all()).toEqual([watch('a', 3), watch('b')]);
      await store.remove('b' as TaskName);
      await store.remove('c' as TaskName);
      expect(await store.all()).toEqual([watch('a', 3)]);
    });
  });
}
