import type { DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { Conviction, ConvictionStore } from '@murmuration/rounds/population/convictions';
import { describe, expect, it } from 'vitest';

const of = (device: number, round: number, time = 1_000 * round): Conviction => ({
  device: `device-${device}`.padEnd(22, '-') as DeviceId,
  round: `round-${round}`.padEnd(22, '-') as RoundId,
  code: 'secagg.share',
  time,
});

/** What every store of convictions keeps to; `open` gives an empty one, `reopen` the same one after a restart. */
export function convictionsContract(
  name: string,
  open: () => Promise<ConvictionStore>,
  reopen?: () => Promise<ConvictionStore>,
): void {
  describe(`${name} as a store of convictions`, () => {
    it('keeps one for each device and round, and those of a time', async () => {
      const store = await open();
      for (const each of [of(1, 1), of(1, 2), of(1, 2, 9_000), of(2, 2)]) await store.add(each);
      const [first, second, third] = [of(1, 1).device, of(2, 1).device, of(3, 1).device];
      expect(await store.of([first, second, third])).toEqual(
        new Map([
          [first, [of(1, 1), of(1, 2)]],
          [second, [of(2, 2)]],
        ]),
      );
      expect(await store.of([])).toEqual(new Map());
      expect(await store.since(2_000)).toEqual([of(1, 2), of(2, 2)]);
      expect(await store.count()).toBe(2);
    });

    it('forgets those of a device that is pardoned, whose rounds convict it no more', async () => {
      const store = await open();
      for (const each of [of(1, 1), of(2, 1)]) await store.add(each);
      await store.pardon(of(1, 1).device);
      await store.add(of(1, 1));
      expect(await store.since(0)).toEqual([of(2, 1)]);
      expect(await store.count()).toBe(1);
      await store.add(of(1, 2));
      expect(await store.of([of(1, 1).device])).toEqual(new Map([[of(1, 1).device, [of(1, 2)]]]));
    });

    it.runIf(reopen)('has them again after a restart', async () => {
      await (await open()).add(of(1, 1));
      expect(await (await reopen!()).since(0)).toEqual([of(1, 1)]);
    });
  });
}
