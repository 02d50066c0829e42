import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { DeviceMark, MarkStore } from '@murmuration/rounds/population/mark';
import { unmarked } from '@murmuration/rounds/population/mark';
import { describe, expect, it } from 'vitest';

const of = (device: number, changedAt: number, change: Partial<DeviceMark> = {}): DeviceMark => ({
  ...unmarked,
  task: 'line' as TaskName,
  device: `device-${device}`.padEnd(22, '-') as DeviceId,
  failures: 2,
  inRow: 1,
  failedAt: changedAt,
  apartUntil: changedAt + 3_600_000,
  silences: 3,
  silentUntil: changedAt + 60_000,
  delays: 4,
  changedAt,
  ...change,
});
const line = 'line' as TaskName;
const other = 'other' as TaskName;

/** What every store of marks keeps to; `open` gives an empty one, `reopen` the same one after a restart. */
export function marksContract(
  name: string,
  open: () => Promise<MarkStore>,
  reopen?: () => Promise<MarkStore>,
): void {
  describe(`${name} as a store of marks`, () => {
    it('keeps one for each task and device, the newest first', async () => {
      const store = await open();
      const elsewhere = of(1, 1_760_000_000_000, { task: other });
      await store.put([of(1, 1_760_000_000_000), of(2, 1_760_000_002_000), elsewhere]);
      await store.put([of(1, 1_760_000_003_000, { failures: 3 })]);
      const newest = of(1, 1_760_000_003_000, { failures: 3 });
      expect(await store.since(line, 0, 10)).toEqual([newest, of(2, 1_760_000_002_000)]);
      expect(await store.since(line, 0, 1)).toEqual([newest]);
      expect(await store.since(line, 1_760_000_003_000, 10)).toEqual([newest]);
      expect(await store.of([newest.device])).toEqual([newest, elsewhere]);
      expect(await store.of([])).toEqual([]);
    });

    it('takes those away that say nothing, are old, or of a device that is forgotten', async () => {
      const store = await open();
      await store.put([of(1, 1_000), of(2, 2_000), of(3, 3_000), of(3, 3_000, { task: other })]);
      await store.put([of(1, 4_000, { failures: 0, silences: 0, delays: 0 })]);
      expect(await store.since(line, 0, 10)).toEqual([of(3, 3_000), of(2, 2_000)]);
      await store.prune(line, 2_500);
      expect(await store.since(line, 0, 10)).toEqual([of(3, 3_000)]);
      await store.forget(of(3, 3_000).device);
      expect(await store.since(line, 0, 10)).toEqual([]);
      expect(await store.since(other, 0, 10)).toEqual([]);
    });

    it.runIf(reopen)('has them again after a restart', async () => {
      await (await open()).put([of(1, 1_000)]);
      expect(await (await reopen!()).since(line, 0, 10)).toEqual([of(1, 1_000)]);
    });
  });
}
