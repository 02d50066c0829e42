import type { ConnectionProblem } from '@murmuration/client-sdk/transport/connection-state';
import type {
  Transport,
  TransportListener,
  TransportPlatform,
} from '@murmuration/client-sdk/transport/transport';
import { Admission } from '@murmuration/coordinator/devices/admission';
import { DeviceConnections } from '@murmuration/coordinator/devices/device-connections';
import { frameLengths } from '@murmuration/coordinator/devices/frame-lengths';
import { type App, createApp } from '@murmuration/coordinator/http/app';
import { healthRoutes } from '@murmuration/coordinator/http/routes/health';
import { PolledConnections } from '@murmuration/coordinator/polling/polled-connections';
import { connectionRoutes } from '@murmuration/coordinator/polling/routes';
import { Gateway } from '@murmuration/coordinator/socket/gateway';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvent, DeviceEvent } from '@murmuration/protocol/messages/channel';
import { checkInAnswer } from '@murmuration/protocol/messages/check-in';
import { decodeAck, decodeFrame, encodeFrame } from '@murmuration/protocol/messages/frame';
import { serve } from '@murmuration/protocol/messages/hello';
import { native } from '@murmuration/protocol/primitives/node';
import type { SigningKey } from '@murmuration/protocol/primitives/primitives';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { Population } from '@murmuration/rounds/population/population';
import { memoryDevices } from '@murmuration/storage/memory/devices';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../free-port.ts';
import { hurriedClock } from '../hurried-clock.ts';
import { ProtocolDevice } from '../protocol-device.ts';
import { seededRandom } from '../seeded-random.ts';
import { boundsOf } from '../unit/coordinator/server/bounds.ts';

/** A device on a transport of the SDK, which tells what its transport tells. */
class Carried extends ProtocolDevice implements TransportListener {
  readonly transport: Transport;
  /** What the transport has told besides messages. */
  readonly told: string[] = [];
  retryAt = 0;
  /** Called when the connection is gone, before anything else happens. */
  onEnd = () => {};

  constructor(transport: Transport, key?: SigningKey) {
    super(key);
    this.transport = transport;
  }

  async connect(): Promise<this> {
    this.transport.open({
      connecting: () => void this.told.push('connecting'),
      failed: retryAt => this.#ended('failed', retryAt),
      disconnected: (_, retryAt) => this.#ended('disconnected', retryAt),
      resting: () => void this.told.push('resting'),
      message: (event, frame) => this.message(event, frame),
    });
    await this.challenged();
    return this;
  }

  #ended(what: string, retryAt = 0): void {
    this.told.push(what);
    this.retryAt = retryAt;
    this.onEnd();
  }

  message(event: CoordinatorEvent, frame: Uint8Array): void {
    this.receive(event, frame);
  }

  disconnected(): void {}

  disconnect(): void {
    this.transport.close();
  }

  async closed(): Promise<string> {
    await expect.poll(() => this.told, { interval: 1 }).toContain('disconnected');
    return 'disconnected';
  }

  send(event: string, frame: unknown): Promise<Uint8Array> {
    return this.transport.request(event as DeviceEvent, frame as Uint8Array);
  }
}

/**
 * What every transport of the SDK keeps to; `make` makes one to a coordinator, which lies at `/` or under a path. `closedPort`: what the platform
 * says of a port where nothing listens.
 */
export function transportContract(
  name: string,
  make: (base: URL, platform: TransportPlatform) => Transport,
  closedPort: ConnectionProblem = 'refused',
): void {
  // Devices wait for seconds before they connect again.
  const clock = hurriedClock(10);
  const devices: Carried[] = [];
  const checkIns: string[] = [];
  let app: App;
  let connections: DeviceConnections;
  let close: () => Promise<void>;
  let url: string;

  function device(key?: SigningKey, to = url): Carried {
    // Pauses are as short as they may be.
    const platform = { clock, random: () => Uint8Array.of(0) };
    const made = new Carried(make(new URL(to), platform), key);
    devices.push(made);
    return made;
  }

  async function known(): Promise<Carried> {
    const made = await device().connect();
    await made.enrol();
    await made.hello();
    return made;
  }

  async function open(port: number): Promise<void> {
    const bounds = boundsOf({ events: new CoordinatorEvents(), clock });
    const frames = frameLengths([]);
    const admission = new Admission(bounds.limits, clock);
    const population = new Population(memoryDevices(), async () => true, native, clock);
    connections = new DeviceConnections({ ...bounds, random: seededRandom(1), population, frames });
    app = await createApp({ ...bounds, cors: [] });
    const gateway = new Gateway(app.server, connections, { ...bounds, admission, frames });
    const polled = new PolledConnections(connections, { ...bounds, admission, random: systemRandom });
    connectionRoutes(app, polled, bounds);
    healthRoutes(app, { isOpen: () => true, tasks: () => [], unreadable: () => [] });
    gateway.open({
      welcome: () => ({ now: clock.now(), tasks: [] }),
      checkIn({ device: { id } }) {
        checkIns.push(id);
        return { decision: 'waiting' };
      },
      contribute: () => {},
      leave: () => {},
      forget: async () => {},
      predict: async () => ({ model: 'a'.repeat(64) as ModelHash, logits: new Uint8Array(4) }),
      // A device that is there has something to wait for.
      expects: () => true,
      connected: () => {},
      disconnected: () => {},
    });
    url = await app.listen({ host: '127.0.0.1', port });
    close = async () => {
      polled.close();
      await gateway.close();
      await app.close();
    };
  }

  describe(`a transport over ${name}`, () => {
    beforeEach(async () => {
      checkIns.length = 0;
      await open(await freePort());
    });

    afterEach(async () => {
      for (const each of devices.splice(0)) each.transport.close();
      await close();
    });

    it('brings messages in their order, each once, and requests with their answers', async () => {
      const made = await known();
      const models = Array.from({ length: 20 }, (_, i) => i.toString(16).padStart(64, '0') as ModelHash);
      for (const model of models) connections.announce('line' as TaskName, () => model);
      const heard: unknown[] = [];
      for (const _ of models) heard.push(decodeFrame(await made.next('serve'), serve).model);
      expect(heard).toEqual(models);
      expect(made.has('serve')).toBe(false);
      const answers = await Promise.all(Array.from({ length: 5 }, () => made.checkIn()));
      expect(answers).toEqual(Array(5).fill({ decision: 'waiting' }));
      expect(checkIns).toEqual(Array(5).fill(made.id));
      expect(made.told).toEqual(['connecting']);
    });

    it('hands out a refusal as an answer, with its code', async () => {
      const made = await device().connect();
      await expect(made.checkIn()).rejects.toMatchObject({ code: 'device.not-identified', retryable: false });
      await expect(made.enrol({ protocol: 0 })).rejects.toMatchObject({ code: 'request.invalid' });
      const frame = await made.send('hello', Uint8Array.of(0xc1));
      expect(() => decodeAck(frame, checkInAnswer)).toThrow(
        expect.objectContaining({ code: 'protocol.frame', retryable: false }),
      );
      await made.enrol();
      await made.hello();
    });

    it('tells that the coordinator has closed the connection, and opens another one', async () => {
      const made = await known();
      let asked: Promise<unknown> | undefined;
      made.onEnd = () => {
        asked = made.checkIn();
        asked.catch(() => {});
      };
      connections.disconnect(made.id!, 'device.unknown');
      await made.closed();
      expect(made.retryAt).toBeGreaterThan(0);
      await expect(asked).rejects.toMatchObject({ code: 'server.unreachable', retryable: true });
      await made.challenged();
      await made.hello();
      expect(made.told).toEqual(['connecting', 'disconnected', 'connecting']);
    });

    it('tells that the coordinator is gone, tries again, and is there when that is', async () => {
      const made = await known();
      await close();
      await made.closed();
      await expect.poll(() => made.told, { interval: 1 }).toContain('failed');
      await open(Number(new URL(url).port));
      await made.challenged();
      await made.enrol();
      await made.hello();
      expect(await made.checkIn()).toEqual({ decision: 'waiting' });
    });

    it('is gone for the coordinator at once where its device closes it, and says no more', async () => {
      const made = await known();
      const told = [...made.told];
      made.disconnect();
      await expect.poll(() => connections.isConnected(made.id!), { interval: 1 }).toBe(false);
      await expect(made.checkIn()).rejects.toMatchObject({ code: 'server.unreachable' });
      expect(made.told).toEqual(told);
      // It may be opened again.
      await made.connect();
      await made.hello();
    });

    it('fails where nothing listens, and finds out that nothing does', async () => {
      const made = device(undefined, `http://127.0.0.1:${await freePort()}/some/path`);
      void made.connect();
      await expect.poll(() => made.told, { interval: 1 }).toContain('failed');
      expect(made.told.slice(0, 2)).toEqual(['connecting', 'failed']);
      expect(await made.transport.findProblem!()).toMatchObject({ problem: closedPort });
      await expect(made.send('hello', encodeFrame(null))).rejects.toMatchObject({
        code: 'server.unreachable',
      });
    });
  });
}
