import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Admission } from '@murmuration/coordinator/devices/admission';
import { DeviceConnections } from '@murmuration/coordinator/devices/device-connections';
import { frameLengths } from '@murmuration/coordinator/devices/frame-lengths';
import type { DeviceRequests } from '@murmuration/coordinator/devices/request-handlers';
import { Gateway } from '@murmuration/coordinator/socket/gateway';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { settled, VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Limits } from '@murmuration/rounds/limits/limits';
import { Population } from '@murmuration/rounds/population/population';
import { memoryDevices } from '@murmuration/storage/memory/devices';
import { expect } from 'vitest';
import { RawDevice } from '../../../../e2e/raw-device.ts';
import { BareSocket } from '../../../../faults/fuzz/bare-socket.ts';
import { seededRandom } from '../../../../seeded-random.ts';
import { boundsOf } from '../bounds.ts';

/** A gateway that listens, with its limits but for `change`; it answers what `requests` does not with as little as it can. */
export async function openGateway(change: Partial<Limits> = {}, requests: Partial<DeviceRequests> = {}) {
  const clock = new VirtualClock();
  const events = new CoordinatorEvents();
  /** The codes of what was refused. */
  const refused: string[] = [];
  events.on('refused', (_, code) => refused.push(code));
  const http = createServer();
  const bounds = boundsOf({ events, clock }, change);
  const frames = frameLengths([]);
  const population = new Population(memoryDevices(), async () => true, native, clock);
  const connections = new DeviceConnections({ ...bounds, random: seededRandom(1), population, frames });
  const gateway = new Gateway(http, connections, {
    ...bounds,
    admission: new Admission(bounds.limits, bounds.clock),
    frames,
  });
  gateway.open({
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
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const cleanUp: (() => unknown)[] = [];
  /** A device that is connected. */
  async function device(): Promise<RawDevice> {
    const raw = await new RawDevice(url).connect();
    cleanUp.push(() => raw.socket.disconnect());
    return raw;
  }
  return {
    clock,
    connections,
    gateway,
    url,
    refused,
    device,
    /** A device that has said hello. */
    async known(): Promise<RawDevice> {
      const raw = await device();
      await raw.enrol();
      await raw.hello();
      return raw;
    },
    async bare(): Promise<BareSocket> {
      const socket = await BareSocket.open(url);
      cleanUp.push(() => socket.close());
      return socket;
    },
    /** Holds that no timer is left. */
    async close(): Promise<void> {
      for (const clean of cleanUp) await clean();
      const closed = gateway.close();
      // Whoever does not answer the end has a moment.
      await clock.advance(1_000);
      await closed;
      await new Promise(resolve => http.close(resolve));
      expect(clock.pending).toBe(0);
    },
  };
}

export type GatewayScene = Awaited<ReturnType<typeof openGateway>>;

/** Gives way until it is true; the test's own time limit ends a wait in vain. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await settled();
}
