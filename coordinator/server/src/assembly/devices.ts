import { Convictions } from '@murmuration/rounds/population/convictions';
import { DeviceRegistry } from '@murmuration/rounds/population/device-registry';
import type { CorePorts } from './core-ports.ts';
import type { SpreadParts } from './parts.ts';
import type { TaskTable } from './task-table.ts';

/** Revokes and convicts devices, and cleans up after them. */
export interface DeviceControl {
  readonly deviceRegistry: DeviceRegistry;
  readonly convictions: Convictions;
}

/**
 * Opens device control, which ends all that a revoked or convicted device has, in all tasks and in the parts
 * of a cell. Throws `storage.*`.
 */
export async function openDeviceControl(
  { storage, population, channel, clock, events }: CorePorts,
  { rounds, pools, conducts }: TaskTable,
  parts: SpreadParts | undefined,
): Promise<DeviceControl> {
  const deviceRegistry = new DeviceRegistry(storage.devices, storage.activity, population, {
    isConnected: device => channel.isConnected(device),
    async drop(device) {
      for (const { trainings } of rounds.values()) trainings?.over(device);
      const all = [...rounds.values(), ...(parts?.all ?? [])];
      await Promise.all(all.map(({ current }) => current?.drop(device)));
    },
    disconnect: device => channel.disconnect(device, 'device.revoked'),
  });
  const convictions = new Convictions(
    storage.convictions,
    {
      withdraw(device) {
        const waitsIn = [...pools.values(), ...(parts?.pools ?? [])].filter(pool => pool.has(device));
        for (const pool of waitsIn) pool.remove(device);
        // Only the end of its connection ends the waiting of a device.
        if (waitsIn.length > 0) channel.disconnect(device, 'server.unreachable');
      },
      revoke: device => deviceRegistry.revoke(device),
      async reinstate(device) {
        await population.reinstate(device);
      },
      async forget(device) {
        for (const conduct of [...conducts.values(), ...(parts?.conducts ?? [])]) conduct.forget(device);
        await storage.marks.forget(device);
      },
    },
    clock,
    events,
  );
  await convictions.open();
  return { deviceRegistry, convictions };
}
