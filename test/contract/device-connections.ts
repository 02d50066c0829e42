import { DeviceConnections } from '@murmuration/coordinator/devices/device-connections';
import { frameLengths } from '@murmuration/coordinator/devices/frame-lengths';
import type { DeviceRequests } from '@murmuration/coordinator/devices/request-handlers';
import type { DeviceId, ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { decodeFrame } from '@murmuration/protocol/messages/frame';
import { challengeMessage, serve } from '@murmuration/protocol/messages/hello';
import { predicted } from '@murmuration/protocol/messages/predict';
import { roundEnd } from '@murmuration/protocol/messages/round';
import { native } from '@murmuration/protocol/primitives/node';
import type { SigningKey } from '@murmuration/protocol/primitives/primitives';
import { settled, VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { DeviceStore } from '@murmuration/rounds/population/device';
import type { EnrolmentVerifier } from '@murmuration/rounds/population/enrolment';
import { Population } from '@murmuration/rounds/population/population';
import { memoryDevices } from '@murmuration/storage/memory/devices';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProtocolDevice } from '../protocol-device.ts';
import { seededRandom } from '../seeded-random.ts';
import { boundsOf } from '../unit/coordinator/server/bounds.ts';
import { until } from '../unit/coordinator/server/socket/scene.ts';

/** What carries connections in a test. */
export interface CarriedConnections {
  /** A device that is not connected yet; `key` where it is one that there is already. */
  device(key?: SigningKey): ProtocolDevice;
  close(): Promise<void>;
}

/** What every carrier of devices' connections keeps to; `open` carries those that it is given, and lets their requests be answered. */
export function deviceConnectionsContract(
  name: string,
  open: (
    connections: DeviceConnections,
    requests: DeviceRequests,
    bounds: ReturnType<typeof boundsOf>,
  ) => Promise<CarriedConnections>,
): void {
  let clock: VirtualClock;
  let connections: DeviceConnections;
  let carried: CarriedConnections;
  let devices: DeviceStore;
  let population: Population;
  let mayEnrol: EnrolmentVerifier;
  let welcomed: () => void;
  /** What has to be read before a check-in is answered. */
  let untilKnown: () => Promise<void> | undefined;
  const heard: string[] = [];

  /** A device that is enrolled and has a connection. */
  async function enrolled(): Promise<ProtocolDevice & { id: DeviceId }> {
    const device = await carried.device().connect();
    await device.enrol();
    return device as ProtocolDevice & { id: DeviceId };
  }

  /** The same device on one more connection. */
  async function again({ key, id }: ProtocolDevice): Promise<ProtocolDevice> {
    const device = await carried.device(key).connect();
    device.id = id;
    return device;
  }

  describe(`a connection of a device that ${name} carries`, () => {
    beforeEach(async () => {
      clock = new VirtualClock();
      devices = memoryDevices();
      const store: DeviceStore = { ...devices, get: id => devices.get(id) };
      const events = new CoordinatorEvents();
      mayEnrol = async () => true;
      welcomed = () => {};
      untilKnown = () => undefined;
      population = new Population(store, (...args) => mayEnrol(...args), native, clock);
      heard.length = 0;
      events.on('fault', (where, error) => heard.push(`fault ${where}: ${error}`));
      events.on('refused', (where, code) => heard.push(`refused ${where}: ${code}`));
      const bounds = boundsOf({ events, clock });
      const frames = frameLengths([]);
      connections = new DeviceConnections({ ...bounds, random: seededRandom(1), population, frames });
      const requests: DeviceRequests = {
        welcome: () => {
          welcomed();
          return { now: clock.now(), tasks: [] };
        },
        untilKnown: () => untilKnown(),
        checkIn: ({ device }) => {
          heard.push(`check-in ${device.id}`);
          throw new Error('The store is gone.');
        },
        contribute: () => {},
        leave: () => {},
        forget: async device => void heard.push(`forget ${device}`),
        predict: async ({ input }) => {
          heard.push(`predict ${input}`);
          return { model: 'a'.repeat(64) as ModelHash, logits: new Uint8Array(8) };
        },
        expects: () => false,
        connected: device => heard.push(`connected ${device}`),
        disconnected: device => heard.push(`disconnected ${device}`),
      };
      carried = await open(connections, requests, bounds);
    });

    afterEach(async () => {
      await carried.close();
      expect(clock.pending).toBe(0);
    });

    it('is the only one of its device, the newest, and its end alone is told', async () => {
      const older = await enrolled();
      await older.hello();
      const replaced = older.closed();
      const newer = await again(older);
      await newer.hello();
      expect(await replaced).toBe('io server disconnect');
      older.disconnect();
      const { id } = older;
      expect(connections.isConnected(id)).toBe(true);
      expect(connections.size).toBe(1);
      expect(heard).toEqual([`connected ${id}`, 'refused hello: device.replaced', `connected ${id}`]);
      newer.disconnect();
      await until(() => heard.length === 4);
      expect(heard[3]).toBe(`disconnected ${id}`);
      expect(connections.isConnected(id)).toBe(false);
    });

    it('does not count where it was lost while its device was looked up', async () => {
      const device = await enrolled();
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
      device.disconnect();
      await until(() => clock.pending === 0);
      found();
      await settled();
      expect(connections.isConnected(device.id)).toBe(false);
      expect(heard).toEqual([]);
    });

    it('has its check-in answered once that can be, and not where it is gone by then', async () => {
      const waiting: (() => void)[] = [];
      untilKnown = () => new Promise<void>(resolve => waiting.push(resolve));
      const [device, lost] = [await enrolled(), await enrolled()];
      await device.hello();
      await lost.hello();
      const answers = [device, lost].map(each => each.checkIn().catch((error: unknown) => error));
      await until(() => waiting.length === 2);
      expect(heard.filter(each => each.startsWith('check-in'))).toEqual([]);
      lost.disconnect();
      await until(() => heard.includes(`disconnected ${lost.id}`));
      // The same device is back, and has not checked in again.
      await (await again(lost)).hello();
      for (const goOn of waiting) goOn();
      expect(await answers[0]).toMatchObject({ code: 'server.internal' });
      await settled();
      expect(heard.filter(each => each.startsWith('check-in'))).toEqual([`check-in ${device.id}`]);
    });

    it('RD5: brings the end of a round that its device has not heard, once', async () => {
      const device = await enrolled();
      const endOf = (round: string) =>
        ({ round: round as RoundId, outcome: 'failed', reason: 'over', after: 5 }) as const;
      const [first, second] = ['A'.repeat(22), 'B'.repeat(22)] as [string, string];
      connections.end(device.id, endOf(first));
      connections.end(device.id, endOf(second));
      await device.hello();
      expect(decodeFrame(await device.next('round-end'), roundEnd)).toEqual(endOf(second));
      const newer = await again(device);
      await newer.hello();
      await settled();
      expect(newer.has('round-end')).toBe(false);
    });

    it('hears which version to serve, once it has said hello', async () => {
      const [known, stranger] = [await enrolled(), await enrolled()];
      await known.hello();
      const message = { task: 'line' as TaskName, model: 'a'.repeat(64) as ModelHash };
      connections.announce(message.task, device => (device === known.id ? message.model : null));
      expect(decodeFrame(await known.next('serve'), serve)).toEqual(message);
      expect(stranger.has('serve')).toBe(false);
    });

    it('is closed for a reason that is counted, once', async () => {
      const device = await enrolled();
      await device.hello();
      const closed = device.closed();
      connections.disconnect(device.id, 'device.unknown');
      connections.disconnect(device.id, 'device.unknown');
      expect(heard).toEqual([
        `connected ${device.id}`,
        'refused socket: device.unknown',
        `disconnected ${device.id}`,
      ]);
      expect(await closed).toBe('io server disconnect');
    });

    it('gets a code for a fault of ours, which is reported', async () => {
      const device = await enrolled();
      await device.hello();
      await expect(device.checkIn()).rejects.toMatchObject({ code: 'server.internal' });
      expect(heard.slice(-2)).toEqual([
        'refused check-in: server.internal',
        'fault check-in: Error: The store is gone.',
      ]);
    });

    it('ID2: may use a signature for an enrolment and a hello once each', async () => {
      const device = await enrolled();
      await expect(device.enrol()).rejects.toMatchObject({ code: 'device.challenge-expired' });
      await device.challenged();
      await device.hello();
      await expect(device.hello()).rejects.toMatchObject({ code: 'device.challenge-expired' });
      await settled();
      // A device that has said hello has no use for another challenge.
      await expect(device.checkIn()).rejects.toMatchObject({ code: 'server.internal' });
      expect(device.has('challenge')).toBe(false);
    });

    it('ID2: may answer its challenge again where the first answer was wrong', async () => {
      const device = await enrolled();
      await expect(device.hello({ signature: new Uint8Array(64) })).rejects.toMatchObject({
        code: 'device.signature',
      });
      await device.hello();
    });

    it('ID2: gets a new challenge where it answered too late, three in all, and is closed without a hello', async () => {
      const device = await enrolled();
      for (let time = 0; time < 2; time++) {
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
    });

    it('ID6: does not count where its device is revoked while it says hello', async () => {
      const device = await enrolled();
      // After the device was looked up, and before its connection counts.
      welcomed = () => void population.revoke(device.id);
      await expect(device.hello()).rejects.toMatchObject({ code: 'device.revoked' });
      expect(connections.isConnected(device.id)).toBe(false);
    });

    it('PR1: brings inputs to predict after the hello, and not before', async () => {
      const device = await enrolled();
      const ask = () => device.ask('predict', { task: 'line', version: 'latest', input: [7] }, predicted);
      await expect(ask()).rejects.toMatchObject({ code: 'device.not-identified' });
      expect(heard).not.toContain('predict 7');
      await device.hello();
      expect([...(await ask()).logits]).toEqual(Array(8).fill(0));
      expect(heard).toContain('predict 7');
    });

    it('ID7: is closed once its device, which has itself forgotten, has the answer', async () => {
      const device = await enrolled();
      await device.hello();
      await expect(device.forget({ device: 'A'.repeat(22) })).rejects.toMatchObject({
        code: 'device.unknown',
      });
      const signature = device.key.sign(challengeMessage('hello', device.nonce));
      await expect(device.forget({ signature })).rejects.toMatchObject({ code: 'device.signature' });
      expect(heard.filter(each => each.startsWith('forget'))).toEqual([]);
      const closed = device.closed();
      await device.forget();
      expect(heard).toContain(`forget ${device.id}`);
      expect(await closed).toBe('io server disconnect');
    });

    it('ends the enrolment of a device that is gone', async () => {
      let signal: AbortSignal | undefined;
      mayEnrol = (_, given) => {
        signal = given;
        return new Promise(() => {});
      };
      const device = await carried.device().connect();
      device.enrol().catch(() => {});
      await until(() => signal !== undefined);
      expect(signal!.aborted).toBe(false);
      device.disconnect();
      await until(() => signal!.aborted);
    });
  });
}
