import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { pageOf } from '@murmuration/rounds/paging/paging';
import type { Device, DeviceStore } from '@murmuration/rounds/population/device';

export function memoryDevices(): DeviceStore {
  const devices = new Map<DeviceId, Device>();
  return {
    async get(id) {
      return devices.get(id);
    },
    async add(device) {
      if (devices.has(device.id)) return false;
      devices.set(device.id, device);
      return true;
    },
    async count() {
      return [...devices.values()].filter(({ revokedAt }) => revokedAt === null).length;
    },
    async list(page, revoked, prefix = '') {
      const wanted = [...devices.values()].filter(
        ({ id, revokedAt }) =>
          (revoked === undefined || (revokedAt !== null) === revoked) && id.startsWith(prefix),
      );
      return pageOf(wanted, page, ({ id, enrolledAt }) => ({ id, time: enrolledAt }));
    },
    async revoke(id, time) {
      const device = devices.get(id);
      if (device === undefined || device.revokedAt !== null) return false;
      devices.set(id, { ...device, revokedAt: time });
      return true;
    },
    async reinstate(id) {
      const device = devices.get(id);
      if (device === undefined || device.revokedAt === null) return false;
      devices.set(id, { ...device, revokedAt: null });
      return true;
    },
  };
}
