import type { Queued, TrackingQueue } from '@murmuration/lifecycle/tracking/queue';
import { describe, expect, it } from 'vitest';

/** Operations of which no two are the same: those of the kind `log` by a number, of which 2 is the oddest, and another one. */
interface Samples<Operation extends Queued> {
  readonly logOf: (step: number) => Operation;
  readonly other: Operation;
}

/** What every queue of a tracking server keeps to; `open` gives an empty one, `reopen` the same one after a restart. */
export function trackingQueueContract<Operation extends Queued>(
  name: string,
  open: () => Promise<TrackingQueue<Operation>>,
  { logOf, other }: Samples<Operation>,
  reopen?: () => Promise<TrackingQueue<Operation>>,
): void {
  describe(`${name} as a queue of a tracking server`, () => {
    const operations = async (queue: TrackingQueue<Operation>) =>
      (await queue.first(9_999)).map(({ operation }) => operation);

    it('gives back operations in order, to the last digit, until they are removed', async () => {
      const queue = await open();
      await queue.append([logOf(1), logOf(2)]);
      await queue.append([other]);
      expect(await operations(queue)).toEqual([logOf(1), logOf(2), other]);
      const [first, second] = await queue.first(2);
      expect(second!.operation).toEqual(logOf(2));
      await queue.remove(first!.number);
      expect(await operations(queue)).toEqual([logOf(2), other]);
      expect(await queue.size()).toBe(2);
    });

    it('takes more at a time than a statement has room for', async () => {
      const queue = await open();
      await queue.append(Array.from({ length: 2_500 }, (_, step) => logOf(step)));
      expect(await queue.size()).toBe(2_500);
    });

    it('forgets the oldest of the kind log where too many wait, and nothing else', async () => {
      const queue = await open();
      await queue.append([other, logOf(1), other, logOf(2), logOf(3)]);
      expect(await queue.bound(5)).toBe(0);
      expect(await queue.bound(4)).toBe(1);
      expect(await operations(queue)).toEqual([other, other, logOf(2), logOf(3)]);
      expect(await queue.bound(1)).toBe(2);
      expect(await operations(queue)).toEqual([other, other]);
    });

    if (reopen)
      it('has all of it after a restart', async () => {
        const queue = await open();
        await queue.append([logOf(1)]);
        const again = await reopen();
        expect(await operations(again)).toEqual([logOf(1)]);
        await again.append([other]);
        expect(await operations(again)).toEqual([logOf(1), other]);
      });
  });
}
