import type { Device, DeviceStore } from '@murmuration/coordinator/population/device';
import type { DeviceId } from '@murmuration/protocol/ids';
import { describe, expect, it } from 'vitest';

function deviceOf(index: number, certified = false): Device {
  return {
    id: `device-${index}`.padEnd(22, '-') as DeviceId,
    publicKey: new Uint8Array(32).fill(index),
    certificate: certified ? new Uint8Array(64).fill(index) : undefined,
    enrolledAt: 1_000 + index,
  };
}

/** What every store of devices keeps to; `open` gives an empty one. */
export function devicesContract(name: string, open: () => Promise<DeviceStore>): void {
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
  });
}
