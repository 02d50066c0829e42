import type {
  TrackingOperation,
  TrackingStore,
} from '@murmuration/coordinator/lifecycle/tracking/operations';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { describe, expect, it } from 'vitest';

const task = 'keyboard' as TaskName;
const logOf = (step: number, value = 0.1 + 0.2): TrackingOperation => ({
  kind: 'log',
  run: 'r',
  task,
  metrics: [{ key: 'top1', value, timestamp: 5, step }],
  tags: {},
});
const end: TrackingOperation = { kind: 'end', run: 'r', task, status: 'FINISHED', at: 9 };

/** What every store of a tracker keeps to; `open` gives an empty one, `reopen` the same one after a restart. */
export function trackingStoreContract(
  name: string,
  open: () => Promise<TrackingStore>,
  reopen?: () => Promise<TrackingStore>,
): void {
  describe(`${name} as a store of a tracker`, () => {
    const operations = async (store: TrackingStore) =>
      (await store.first(9_999)).map(({ operation }) => operation);

    it('gives back operations in order, to the last digit, until they are removed', async () => {
      const store = await open();
      await store.append([logOf(1), logOf(2, Number.NaN)]);
      await store.append([end]);
      expect(await operations(store)).toEqual([logOf(1), logOf(2, Number.NaN), end]);
      const [first, second] = await store.first(2);
      expect(second!.operation).toEqual(logOf(2, Number.NaN));
      await store.remove(first!.number);
      expect(await operations(store)).toEqual([logOf(2, Number.NaN), end]);
      expect(await store.size()).toBe(2);
    });

    it('takes more at a time than a statement has room for', async () => {
      const store = await open();
      await store.append(Array.from({ length: 2_500 }, (_, step) => logOf(step)));
      expect(await store.size()).toBe(2_500);
    });

    it('forgets the oldest figures where too many wait, and nothing else', async () => {
      const store = await open();
      await store.append([end, logOf(1), end, logOf(2), logOf(3)]);
      expect(await store.bound(5)).toBe(0);
      expect(await store.bound(4)).toBe(1);
      expect(await operations(store)).toEqual([end, end, logOf(2), logOf(3)]);
      expect(await store.bound(1)).toBe(2);
      expect(await operations(store)).toEqual([end, end]);
    });

    it('has the aliases that both sides had last', async () => {
      const store = await open();
      expect(await store.aliases(task)).toEqual({});
      await store.putAliases(task, { champion: 1 });
      await store.putAliases(task, { champion: 3 });
      expect(await store.aliases(task)).toEqual({ champion: 3 });
    });

    if (reopen)
      it('has all of it after a restart', async () => {
        const store = await open();
        await store.append([logOf(1)]);
        await store.putAliases(task, { champion: 1 });
        const again = await reopen();
        expect(await operations(again)).toEqual([logOf(1)]);
        await again.append([end]);
        expect(await operations(again)).toEqual([logOf(1), end]);
        expect(await again.aliases(task)).toEqual({ champion: 1 });
      });
  });
}
