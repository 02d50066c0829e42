import { Admission } from '@murmuration/coordinator/devices/admission';
import { DeviceConnections } from '@murmuration/coordinator/devices/device-connections';
import { frameLengths } from '@murmuration/coordinator/devices/frame-lengths';
import type { DeviceRequests } from '@murmuration/coordinator/devices/request-handlers';
import { createApp } from '@murmuration/coordinator/http/app';
import { PolledConnections } from '@murmuration/coordinator/polling/polled-connections';
import { connectionRoutes } from '@murmuration/coordinator/polling/routes';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Limits } from '@murmuration/rounds/limits/limits';
import { Population } from '@murmuration/rounds/population/population';
import { memoryDevices } from '@murmuration/storage/memory/devices';
import { expect } from 'vitest';
import { PollingDevice } from '../../../../e2e/polling-device.ts';
import { seededRandom } from '../../../../seeded-random.ts';
import { boundsOf } from '../bounds.ts';

/** Connections over plain HTTP, with their limits but for `change`; they answer what `requests` does not with as little as they can. */
export async function openPolled(change: Partial<Limits> = {}, requests: Partial<DeviceRequests> = {}) {
  const clock = new VirtualClock();
  const events = new CoordinatorEvents();
  /** The codes of what was refused. */
  const refused: string[] = [];
  events.on('refused', (_, code) => refused.push(code));
  const bounds = boundsOf({ events, clock }, change);
  const population = new Population(memoryDevices(), async () => true, native, clock);
  const frames = frameLengths([]);
  const connections = new DeviceConnections({ ...bounds, random: seededRandom(1), population, frames });
  const app = await createApp({ ...bounds, cors: ['https://app.example'] });
  const admission = new Admission(bounds.limits, clock);
  const polled = new PolledConnections(connections, { ...bounds, admission, random: seededRandom(2) });
  connectionRoutes(app, polled, bounds);
  connections.open({
    welcome: () => ({ now: clock.now(), tasks: [] }),
    checkIn: () => ({ decision: 'waiting' }),
    contribute: () => {},
    leave: () => {},
    forget: async () => {},
    predict: async () => ({ model: 'a'.repeat(64) as ModelHash, logits: new Uint8Array(4) }),
    expects: () => false,
    connected: () => {},
    disconnected: () => {},
    ...requests,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    clock,
    connections,
    polled,
    url,
    refused,
    /** A device that has opened a connection and polls nothing by itself. */
    async device(): Promise<PollingDevice> {
      const device = new PollingDevice(url);
      await device.open();
      await device.challenged();
      return device;
    },
    /** One that has said hello as well. */
    async known(): Promise<PollingDevice> {
      const device = await this.device();
      await device.enrol();
      await device.hello();
      return device;
    },
    /** Holds that no timer is left. */
    async close(): Promise<void> {
      polled.close();
      await app.close();
      expect(polled.size).toBe(0);
      expect(clock.pending).toBe(0);
    },
  };
}

export type PolledScene = Awaited<ReturnType<typeof openPolled>>;
