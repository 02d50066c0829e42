import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CoordinatorEvents } from '@murmuration/coordinator/events/events';
import type { DeviceStore } from '@murmuration/coordinator/population/device';
import type { EnrolmentVerifier } from '@murmuration/coordinator/population/enrolment';
import { Population } from '@murmuration/coordinator/population/population';
import { frameLengths } from '@murmuration/coordinator/socket/frame-lengths';
import { Gateway } from '@murmuration/coordinator/socket/gateway';
import { memoryDevices } from '@murmuration/coordinator/storage/memory';
import type { DeviceId, ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import { decodeFrame } from '@murmuration/protocol/messages/frame';
import { predicted } from '@murmuration/protocol/messages/predict';
import { roundEnd } from '@murmuration/protocol/messages/round';
import { native } from '@murmuration/protocol/primitives/node';
import { settled, VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { RawDevice } from '../../../e2e/raw-device.ts';
import { seededRandom } from '../../../seeded-random.ts';
import { boundsOf } from '../bounds.ts';
import { until } from './scene.ts';

let http: Server;
let gateway: Gateway;
let clock: VirtualClock;
let url: string;
let devices: DeviceStore;
let population: Population;
let mayEnrol: EnrolmentVerifier;
let welcomed: () => void;
const heard: string[] = [];

beforeEach(async () => {
  clock = new VirtualClock();
  devices = memoryDevices();
  const store: DeviceStore = {
    ...devices,
    get: id => devices.get(id),
  };
  const events = new CoordinatorEvents();
  mayEnrol = async () => true;
  welcomed = () => {};
  population = new Population(store, (...args) => mayEnrol(...args), native, clock);
  http = createServer();
  gateway = new Gateway(http, {
    ...boundsOf({ events, clock }),
    random: seededRandom(1),
    population,
    frames: frameLengths([]),
  });
  heard.length = 0;
  events.on('fault', (where, error) => heard.push(`fault ${where}: ${error}`));
  events.on('refused', (where, code) => heard.push(`refused ${where}: ${code}`));
  gateway.open({
    welcome: () => {
      welcomed();
      return { now: clock.now(), tasks: [] };
    },
    checkIn: () => {
      throw new Error('The store is gone.');
    },
    contribute: () => {},
    leave: () => {},
    forget: async device => void heard.push(`forget ${device}`),
    predict: async ({ input }) => {
      heard.push(`predict ${input}`);
      return { model: 'a'.repeat(64) as ModelHash, logits: new Uint8Array(8) };
    },
    connected: device => heard.push(`connected ${device}`),
    disconnected: device => heard.push(`disconnected ${device}`),
  });
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await gateway.close();
  await new Promise(resolve => http.close(resolve));
  expect(clock.pending).toBe(0);
});

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

  it('RD5: tells a device without a connection of the end of its round when it is back, once', async () => {
    const device = await new RawDevice(url).connect();
    await device.enrol();
    const id = device.id as DeviceId;
    const endOf = (round: string) =>
      ({ round: round as RoundId, outcome: 'failed', reason: 'over', after: 5 }) as const;
    const [first, second] = ['A'.repeat(22), 'B'.repeat(22)];
    gateway.end(id, endOf(first));
    gateway.end(id, endOf(second));
    await device.hello();
    expect(decodeFrame(await device.next('round-end'), roundEnd)).toEqual(endOf(second));
    const older = device.socket;
    await device.connect();
    await device.hello();
    expect(device.has('round-end')).toBe(false);
    older.disconnect();
    device.socket.disconnect();
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

  it('ID2: takes a signature for an enrolment and a hello each once', async () => {
    const device = await new RawDevice(url).connect();
    await device.enrol();
    await expect(device.enrol()).rejects.toMatchObject({ code: 'device.challenge-expired' });
    await device.challenged();
    await device.hello();
    await expect(device.hello()).rejects.toMatchObject({ code: 'device.challenge-expired' });
    await settled();
    // Whoever has said hello has no use for another challenge.
    await expect(device.checkIn()).rejects.toMatchObject({ code: 'server.internal' });
    expect(device.has('challenge')).toBe(false);
    device.socket.disconnect();
  });

  it('ID2: takes a signature again where the first answer to its challenge was wrong', async () => {
    const device = await new RawDevice(url).connect();
    await device.enrol();
    await expect(device.hello({ signature: new Uint8Array(64) })).rejects.toMatchObject({
      code: 'device.signature',
    });
    await device.hello();
    device.socket.disconnect();
  });

  it('ID2: refuses an answer that comes too late, and sends a new challenge, three times in all', async () => {
    const device = await new RawDevice(url).connect();
    await device.enrol();
    for (let again = 0; again < 2; again++) {
      const { nonce } = device;
      await clock.advance(10_000);
      await expect(device.hello()).rejects.toMatchObject({ code: 'device.challenge-expired' });
      await device.challenged();
      expect(device.nonce).not.toEqual(nonce);
    }
    await clock.advance(10_000);
    await expect(device.hello()).rejects.toMatchObject({ code: 'device.challenge-expired' });
    await expect(device.checkIn()).rejects.toMatchObject({ code: 'device.not-identified' });
    expect(device.has('challenge')).toBe(false);
    const closed = device.closed();
    await clock.advance(5_000);
    expect(await closed).toBe('io server disconnect');
    // One that answers in time is as good as ever.
    await device.connect();
    await clock.advance(9_999);
    await device.hello();
    device.socket.disconnect();
  });

  it('ID6: lets a device in no more that is revoked while it says hello', async () => {
    const device = await new RawDevice(url).connect();
    await device.enrol();
    const id = device.id as DeviceId;
    // After the device was looked up, and before its connection counts.
    welcomed = () => void population.revoke(id);
    await expect(device.hello()).rejects.toMatchObject({ code: 'device.revoked' });
    expect(gateway.isConnected(id)).toBe(false);
    device.socket.disconnect();
  });

  it('PR1: takes inputs to predict from devices that have said hello, and from no others', async () => {
    const device = await new RawDevice(url).connect();
    await device.enrol();
    const ask = () => device.ask('predict', { task: 'line', version: 'latest', input: [7] }, predicted);
    await expect(ask()).rejects.toMatchObject({ code: 'device.not-identified' });
    expect(heard).not.toContain('predict 7');
    await device.hello();
    expect([...(await ask()).logits]).toEqual(Array(8).fill(0));
    expect(heard).toContain('predict 7');
    device.socket.disconnect();
  });

  it('ID7: answers a device that has itself forgotten, and then closes its connection', async () => {
    const device = await new RawDevice(url).connect();
    await device.enrol();
    await device.hello();
    const ask = (id: string) => device.ask('forget', { device: id }, z.null());
    await expect(ask('A'.repeat(22))).rejects.toMatchObject({ code: 'device.unknown' });
    expect(heard).not.toContain(`forget ${'A'.repeat(22)}`);
    const closed = device.closed();
    await ask(device.id!);
    expect(heard).toContain(`forget ${device.id}`);
    expect(await closed).toBe('io server disconnect');
    device.socket.disconnect();
  });

  it('ends an enrolment whose device is gone', async () => {
    let signal: AbortSignal | undefined;
    mayEnrol = (_, given) => {
      signal = given;
      return new Promise(() => {});
    };
    const device = await new RawDevice(url).connect();
    device.enrol().catch(() => {});
    await until(() => signal !== undefined);
    expect(signal!.aborted).toBe(false);
    device.socket.disconnect();
    await until(() => signal!.aborted);
  });
});
