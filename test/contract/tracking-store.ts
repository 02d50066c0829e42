import type { TrackingOperation, TrackingStore } from '@murmuration/lifecycle/tracking/operations';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { describe, expect, it } from 'vitest';
import { trackingQueueContract } from './tracking-queue.ts';

const task = 'keyboard' as TaskName;
const logOf = (step: number): TrackingOperation => ({
  kind: 'log',
  run: 'r',
  task,
  metrics: [{ key: 'top1', value: step === 2 ? Number.NaN : 0.1 + 0.2, timestamp: 5, step }],
  tags: {},
});
const end: TrackingOperation = { kind: 'end', run: 'r', task, status: 'FINISHED', at: 9 };

/** What every store of a tracker keeps to; `open` gives an empty one, `reopen` the same one after a restart. */
export function trackingStoreContract(
  name: string,
  open: () => Promise<TrackingStore>,
  reopen?: () => Promise<TrackingStore>,
): void {
  trackingQueueContract(`${name} of operations`, open, { logOf, other: end }, reopen);

  describe(`${name} as a store of a tracker`, () => {
    it('has the aliases that both sides had last', async () => {
      const store = await open();
      expect(await store.aliases(task)).toEqual({});
      await store.putAliases(task, { champion: 1 });
      await store.putAliases(task, { champion: 3 });
      expect(await store.aliases(task)).toEqual({ champion: 3 });
    });

    if (reopen)
      it('has the aliases after a restart', async () => {
        const store = await open();
        await store.putAliases(task, { champion: 1 });
        const again = await reopen();
        expect(await again.aliases(task)).toEqual({ champion: 1 });
      });
  });
}
