import { addAccuracy, asked, judged } from '@murmuration/monitoring/accuracy/accuracy-sums';
import type { AccuracyHour, AccuracyStore } from '@murmuration/serving/monitor/accuracy-store';
import { describe, expect, it } from 'vitest';

const hour = 3_600_000;
const sums = addAccuracy(
  asked(3),
  judged({ kind: 'class', guesses: [1, 0], probabilities: [0.7, 0.3], outcome: 0 }),
);
const hourOf = (version: string, from: number, change: Partial<AccuracyHour> = {}): AccuracyHour => ({
  model: 'm',
  version,
  from,
  sums,
  ...change,
});

const inOrder = (hours: readonly AccuracyHour[]) =>
  [...hours].sort((a, b) => a.from - b.from || a.version.localeCompare(b.version));

/** What every store of live accuracy keeps to; `open` gives an empty one. */
export function accuracyStoreContract(name: string, open: () => Promise<AccuracyStore>): void {
  describe(`${name} as a store of live accuracy`, () => {
    it('has the newest counts of each hour, the same to the last digit', async () => {
      const store = await open();
      expect(await store.all()).toEqual([]);
      await store.put([hourOf('1', 0), hourOf('2', 0), hourOf('1', hour)]);
      const more = hourOf('1', 0, { sums: addAccuracy(sums, sums) });
      await store.put([more]);
      await store.put([]);
      expect(inOrder(await store.all())).toEqual([more, hourOf('2', 0), hourOf('1', hour)]);
    });

    it('forgets what began before a time', async () => {
      const store = await open();
      await store.put([hourOf('1', 0), hourOf('1', hour)]);
      await store.forget(hour);
      expect(await store.all()).toEqual([hourOf('1', hour)]);
    });
  });
}
