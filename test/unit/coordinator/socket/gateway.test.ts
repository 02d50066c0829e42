import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CoordinatorEvents } from '@murmuration/coordinator/events';
import type { DeviceStore } from '@murmuration/coordinator/population/device';
import { Population } from '@murmuration/coordinator/population/population';
import { Gateway } from '@murmuration/coordinator/socket/gateway';
import { memoryDevices } from '@murmuration/coordinator/storage/memory';
import type { DeviceId } from '@murmuration/protocol/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RawDevice } from '../../../e2e/raw-device.ts';
import { seededRandom } from '../../../seeded-random.ts';
import { settled, VirtualClock } from '../../../virtual-clock.ts';

let http: Server;
let gateway: Gateway;
let clock: VirtualClock;
let url: string;
let devices: DeviceStore;
const heard: string[] = [];

beforeEach(async () => {
  clock = new VirtualClock();
  devices = memoryDevices();
  const store: DeviceStore = {
    ...devices,
    get: id => devices.get(id),
  };
  const events = new CoordinatorEvents();
  const population = new Population(store, async () => true, native, clock);
  http = createServer();
  gateway = new Gateway(http, { clock, random: seededRandom(1), population, events, cors: [] });
  heard.length = 0;
  events.on('fault', (where, error) => heard.push(`fault ${where}: ${error}`));
  events.on('refused', (where, code) => heard.push(`refused ${where}: ${code}`));
  gateway.open({
    welcome: () => ({ now: clock.now(), tasks: [] }),
    checkIn: () => {
      throw new Error('The store is gone.');
    },
    contribute: () => {},
    leave: () => {},
    connected: device => heard.push(`connected ${device}`),
    disconnected: device => heard.push(`disconnected ${device}`),
  });
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});

afterEach(async () => {
  gateway.close();
  await new Promise(resolve => http.close(resolve));
  expect(clock.pending).toBe(0);
});

/** Gives way until it is true; the test's own time limit ends a wait in vain. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await settled();
}

describe('the gateway', () => {
  it('keeps one connection for a device, the newer one, and tells of its end alone', async () => {
    const device = await new RawDevice(url).connect();
    await device.enrol();
    await device.hello();
    const older = device.socket;
    const replaced = device.closed();
    await device.connect();
    await device.hello();
    expect(await replaced).toBe('io server disconnect');
    older.disconnect();
    const id = device.id as DeviceId;
    expect(gateway.isConnected(id)).toBe(true);
    expect(heard).toEqual([`connected ${id}`, 'refused hello: device.replaced', `connected ${id}`]);
    device.socket.disconnect();
    await until(() => heard.length === 4);
    expect(heard[3]).toBe(`disconnected ${id}`);
    expect(gateway.isConnected(id)).toBe(false);
  });

  it('does not take a device for connected that was lost while it was looked up', async () => {
    const device = await new RawDevice(url).connect();
    await device.enrol();
    let found!: () => void;
    let asked = false;
    const { get } = devices;
    devices.get = async id => {
      asked = true;
      await new Promise<void>(resolve => {
        found = resolve;
      });
      return get(id);
    };
    device.hello().catch(() => {});
    await until(() => asked);
    device.socket.disconnect();
    await until(() => clock.pending === 0);
    found();
    await settled();
    expect(gateway.isConnected(device.id as DeviceId)).toBe(false);
    expect(heard).toEqual([]);
  });

  it('closes the connection of a device that it is told to, and says why', async () => {
    const device = await new RawDevice(url).connect();
    await device.enrol();
    await device.hello();
    const closed = device.closed();
    gateway.disconnect(device.id as DeviceId, 'device.unknown');
    gateway.disconnect(device.id as DeviceId, 'device.unknown');
    expect(heard).toEqual([
      `connected ${device.id}`,
      'refused socket: device.unknown',
      `disconnected ${device.id}`,
    ]);
    expect(await closed).toBe('io server disconnect');
    device.socket.disconnect();
  });

  it('answers a fault of ours with a code, and reports it', async () => {
    const device = await new RawDevice(url).connect();
    await device.enrol();
    await device.hello();
    await expect(device.checkIn()).rejects.toMatchObject({ code: 'server.internal' });
    expect(heard.slice(-2)).toEqual([
      'refused check-in: server.internal',
      'fault check-in: Error: The store is gone.',
    ]);
    device.socket.disconnect();
  });
});
