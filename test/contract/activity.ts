import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { ActivityChange, ActivityStore } from '@murmuration/rounds/population/activity';
import type { DeviceStore } from '@murmuration/rounds/population/device';
import { describe, expect, it } from 'vitest';

const device = (index: number) => `device-${index}`.padEnd(22, '-') as DeviceId;
const keyboard = 'keyboard' as TaskName;
const digits = 'digits' as TaskName;

/** What every store of the devices' activity keeps to; `openBoth` gives an empty one and its devices, `reopen` the same one after a restart. */
export function activityContract(
  name: string,
  openBoth: () => Promise<{ readonly activity: ActivityStore; readonly devices: DeviceStore }>,
  reopen?: () => Promise<ActivityStore>,
): void {
  const open = async () => (await openBoth()).activity;
  describe(`${name} as a store of activity`, () => {
    it('counts the devices that have come for a time, less and less once they come no more', async () => {
      const { activity, devices } = await openBoth();
      const key = { publicKey: new Uint8Array(32), certificate: undefined, revokedAt: null };
      for (const index of [1, 2, 3, 4]) await devices.add({ id: device(index), enrolledAt: 1_000, ...key });
      const see = (index: number, seenAt: number) => ({ device: device(index), seenAt, tasks: [] });
      // Of these one came too early, one is revoked, and one not enrolled.
      await activity.record([see(1, 2_000), see(2, 1_999), see(3, 3_000), see(4, 3_000), see(5, 3_000)]);
      await devices.revoke(device(4), 3_000);
      expect(await activity.coming(3_000, 1_000, 4_000)).toBe(2);
      expect(await activity.coming(5_000, 1_000, 4_000)).toBe(1.5);
      expect(await activity.coming(7_000, 1_000, 4_000)).toBe(0);
    });

    it('adds up what a device did, and keeps the latest of the rest', async () => {
      const store = await open();
      const client = { platform: 'node', sdk: '0.1.0' };
      const first: ActivityChange = {
        device: device(1),
        seenAt: 2_000,
        client,
        tasks: [{ task: keyboard, rounds: 2, updates: 1, lastAt: 1_900 }],
      };
      await store.record([first, { device: device(2), seenAt: 1_000, client, tasks: [] }]);
      await store.record([
        {
          device: device(1),
          seenAt: 1_500,
          tasks: [
            { task: keyboard, rounds: 1, updates: 1, lastAt: 1_400 },
            { task: digits, rounds: 1, updates: 0, lastAt: 1_300 },
          ],
        },
        { device: device(2), seenAt: 3_000, client: { platform: 'web', sdk: '0.2.0' }, tasks: [] },
      ]);
      expect(await store.of([device(1), device(2), device(3)])).toEqual(
        new Map([
          [
            device(1),
            {
              seenAt: 2_000,
              ...client,
              tasks: [
                { task: digits, rounds: 1, updates: 0, lastAt: 1_300 },
                { task: keyboard, rounds: 3, updates: 2, lastAt: 1_900 },
              ],
            },
          ],
          [device(2), { seenAt: 3_000, platform: 'web', sdk: '0.2.0', tasks: [] }],
        ]),
      );
      expect(await store.of([])).toEqual(new Map());
    });

    it('takes thousands of changes at once, and asks for many devices at once', async () => {
      const store = await open();
      const devices = Array.from({ length: 3_000 }, (_, index) => device(index));
      const tasks = [{ task: keyboard, rounds: 1, updates: 1, lastAt: 5 }];
      await store.record(devices.map(each => ({ device: each, seenAt: 7, tasks })));
      const found = await store.of(devices);
      expect(found.size).toBe(3_000);
      expect(found.get(device(2_999))).toEqual({ seenAt: 7, platform: '', sdk: '', tasks });
    });

    it.runIf(reopen)('adds to what was there before a restart', async () => {
      const change: ActivityChange = {
        device: device(1),
        seenAt: 7,
        tasks: [{ task: keyboard, rounds: 1, updates: 1, lastAt: 5 }],
      };
      await (await open()).record([change]);
      const store = await reopen!();
      await store.record([change]);
      expect((await store.of([device(1)])).get(device(1))?.tasks).toMatchObject([{ rounds: 2, updates: 2 }]);
    });
  });
}
