import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Place } from '@murmuration/rounds/paging/paging';
import type { Device, DeviceStore } from '@murmuration/rounds/population/device';
import { describe, expect, it } from 'vitest';

function deviceOf(index: number, certified = false): Device {
  return {
    id: `device-${index}`.padEnd(22, '-') as DeviceId,
    publicKey: new Uint8Array(32).fill(index),
    certificate: certified ? new Uint8Array(68).fill(index) : undefined,
    enrolledAt: 1_000 + index,
    revokedAt: null,
  };
}

/** What every store of devices keeps to; `open` gives an empty one, `reopen`, of a durable one, that one after a restart. */
export function devicesContract(
  name: string,
  open: () => Promise<DeviceStore>,
  reopen?: () => Promise<DeviceStore>,
): void {
  describe(`${name} as a store of devices`, () => {
    it('is empty at first', async () => {
      const devices = await open();
      expect(await devices.count()).toBe(0);
      expect(await devices.get(deviceOf(0).id)).toBeUndefined();
    });

    it('gives back what was added', async () => {
      const devices = await open();
      for (const device of [deviceOf(1), deviceOf(2, true)]) expect(await devices.add(device)).toBe(true);
      expect(await devices.get(deviceOf(1).id)).toEqual(deviceOf(1));
      expect(await devices.get(deviceOf(2).id)).toEqual(deviceOf(2, true));
      expect(await devices.count()).toBe(2);
    });

    it('leaves a device as it is that is added again', async () => {
      const devices = await open();
      await devices.add(deviceOf(1));
      expect(await devices.add({ ...deviceOf(1), publicKey: new Uint8Array(32), enrolledAt: 9 })).toBe(false);
      expect(await devices.get(deviceOf(1).id)).toEqual(deviceOf(1));
      expect(await devices.count()).toBe(1);
    });

    it('adds a device once, however many do so at the same time', async () => {
      const devices = await open();
      const answers = await Promise.all(Array.from({ length: 20 }, () => devices.add(deviceOf(1))));
      expect(answers.filter(isNew => isNew)).toHaveLength(1);
      expect(await devices.count()).toBe(1);
    });

    it('marks a device as revoked, once, and keeps it', async () => {
      const devices = await open();
      for (const index of [1, 2]) await devices.add(deviceOf(index));
      expect(await devices.revoke(deviceOf(1).id, 5_000)).toBe(true);
      expect(await devices.revoke(deviceOf(1).id, 6_000)).toBe(false);
      expect(await devices.revoke(deviceOf(3).id, 5_000)).toBe(false);
      expect(await devices.get(deviceOf(1).id)).toEqual({ ...deviceOf(1), revokedAt: 5_000 });
      expect(await devices.get(deviceOf(2).id)).toEqual(deviceOf(2));
      expect(await devices.count()).toBe(1);
      expect(await devices.add(deviceOf(1))).toBe(false);
      expect(await devices.get(deviceOf(1).id)).toMatchObject({ revokedAt: 5_000 });
    });

    it('lists devices by pages, newest first, those of one time by their ids', async () => {
      const devices = await open();
      const all = Array.from({ length: 7 }, (_, index) => ({
        ...deviceOf(index),
        enrolledAt: 1_000 + Math.floor(index / 3),
      }));
      for (const device of all) await devices.add(device);
      await devices.revoke(all[2]!.id, 2_000);
      const sorted = all
        .map(device => ({ ...device, revokedAt: device === all[2] ? 2_000 : null }))
        .reverse();
      expect(await devices.list({ after: undefined, limit: 100 })).toEqual(sorted);
      expect(await devices.list({ after: undefined, limit: 100 }, true)).toEqual([sorted[4]]);
      expect(await devices.list({ after: undefined, limit: 100 }, undefined, 'device-')).toEqual(sorted);
      const { id } = sorted[1]!;
      expect(await devices.list({ after: undefined, limit: 100 }, undefined, id.slice(0, 9))).toEqual(
        sorted.filter(device => device.id.startsWith(id.slice(0, 9))),
      );
      expect(await devices.list({ after: undefined, limit: 100 }, undefined, 'x')).toEqual([]);
      expect(await devices.list({ after: undefined, limit: 4 }, false)).toEqual(
        sorted.filter(({ revokedAt }) => revokedAt === null).slice(0, 4),
      );
      const pages = [];
      let after: Place | undefined;
      for (;;) {
        const page = await devices.list({ after, limit: 2 });
        const last = page.at(-1);
        if (!last) break;
        pages.push(...page);
        after = { time: last.enrolledAt, id: last.id };
      }
      expect(pages).toEqual(sorted);
    });

    it('takes back that a device is revoked, once', async () => {
      const devices = await open();
      await devices.add(deviceOf(1));
      expect(await devices.reinstate(deviceOf(1).id)).toBe(false);
      await devices.revoke(deviceOf(1).id, 5_000);
      expect(await devices.reinstate(deviceOf(1).id)).toBe(true);
      expect(await devices.reinstate(deviceOf(1).id)).toBe(false);
      expect(await devices.reinstate(deviceOf(2).id)).toBe(false);
      expect(await devices.get(deviceOf(1).id)).toEqual(deviceOf(1));
      expect(await devices.count()).toBe(1);
    });

    it.runIf(reopen)('has them again after a restart, the revoked ones as revoked', async () => {
      const before = await open();
      for (const device of [deviceOf(1), deviceOf(2, true)]) await before.add(device);
      await before.revoke(deviceOf(1).id, 5_000);
      const devices = await reopen!();
      expect(await devices.get(deviceOf(1).id)).toEqual({ ...deviceOf(1), revokedAt: 5_000 });
      expect(await devices.get(deviceOf(2).id)).toEqual(deviceOf(2, true));
      expect(await devices.count()).toBe(1);
    });
  });
}
