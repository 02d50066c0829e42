import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { namedTransport } from '@murmuration/client-sdk/transport/named';
import type { Transport } from '@murmuration/client-sdk/transport/transport';
import type { DeviceRequests } from '@murmuration/coordinator/devices/request-handlers';
import type { CoordinatorEvent, DeviceEvent } from '@murmuration/protocol/messages/channel';
import { encodeAccepted, encodeFrame } from '@murmuration/protocol/messages/frame';
import {
  connectionHeader,
  connectionsPath,
  eventHeader,
  expectsHeader,
  messagesPath,
  newestHeader,
  numberHeader,
  requestPath,
} from '@murmuration/protocol/messages/polling';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import type { Cancel } from '@murmuration/protocol/time/clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterEach, describe, expect, it } from 'vitest';
import { PlainProxy } from '../../../e2e/plain-proxy.ts';
import { ProtocolDevice } from '../../../protocol-device.ts';
import { openPolled, type PolledScene } from '../../coordinator/server/polling/scene.ts';

let scene: PolledScene | undefined;
let proxy: PlainProxy | undefined;
let server: Server | undefined;
let device: Device | undefined;

afterEach(async () => {
  device?.disconnect();
  await proxy?.close();
  await scene?.close();
  server?.closeAllConnections();
  server?.close();
  device = proxy = scene = server = undefined;
});

/** A clock that tells for how long its last timer was set, ms. */
class ToldClock extends VirtualClock {
  last = 0;

  override at(time: number, wake: () => void): Cancel {
    this.last = time - this.now();
    return super.at(time, wake);
  }
}

/** A device that answers each challenge of its coordinator, as a client of the SDK does. */
class Device extends ProtocolDevice {
  readonly clock = new ToldClock();
  readonly told: string[] = [];
  readonly #transport: Transport;

  constructor(url: URL) {
    super();
    this.#transport = namedTransport(url, { clock: this.clock, random: () => Uint8Array.of(128) }, 'http');
  }

  async connect(): Promise<this> {
    this.#transport.open({
      connecting: () => void this.told.push('connecting'),
      failed: at => void this.told.push(`failed ${at - this.clock.now()}`),
      disconnected: (_, at = 0) => void this.told.push(`disconnected ${at - this.clock.now()}`),
      resting: () => void this.told.push('resting'),
      message: (event, frame) => void this.#hear(event, frame),
    });
    return this;
  }

  async #hear(event: CoordinatorEvent, frame: Uint8Array): Promise<void> {
    this.receive(event, frame);
    if (event !== 'challenge') return;
    await this.challenged();
    if (!this.id) await this.enrol();
    await this.hello();
    this.told.push('known');
  }

  until(what: string): Promise<void> {
    return expect.poll(() => this.told.at(-1), { interval: 1 }).toBe(what);
  }

  disconnect(): void {
    this.#transport.close();
  }

  closed(): Promise<string> {
    return Promise.reject(new Error('Nobody asks.'));
  }

  send(event: string, frame: unknown): Promise<Uint8Array> {
    return this.#transport.request(event as DeviceEvent, frame as Uint8Array);
  }
}

/** A device that is known to a coordinator behind a proxy. */
async function known(requests: Partial<DeviceRequests> = {}): Promise<Device> {
  scene = await openPolled({}, requests);
  proxy = await PlainProxy.open(scene.url);
  device = await new Device(proxy.url).connect();
  await device.until('known');
  return device;
}

const opened = { [connectionHeader]: 'A'.repeat(43), [numberHeader]: '1', [eventHeader]: 'challenge' };
const visit = ['POST /v1/connections', 'POST /v1/connection/hello', 'POST /v1/connection/check-in'];

describe('a transport over plain HTTP', () => {
  it('HT4: lets a connection go on which nothing is expected, and opens the next one when something is asked', async () => {
    const made = await known({ checkIn: () => ({ decision: 'later', after: 3_600_000, reason: 'so' }) });
    expect(await made.checkIn()).toMatchObject({ after: 3_600_000 });
    await made.clock.advance(4_999);
    expect(made.told).toEqual(['connecting', 'known']);
    await made.clock.advance(1);
    expect(made.told).toEqual(['connecting', 'known', 'resting']);
    expect(made.clock.pending).toBe(0);
    proxy!.passed.splice(0);
    await made.clock.advance(3_600_000);
    expect(proxy!.passed).toEqual([]);
    expect(await made.checkIn()).toMatchObject({ after: 3_600_000 });
    // Three requests, and no poll.
    expect(proxy!.passed).toEqual(visit);
    expect(made.told.slice(3)).toEqual(['connecting', 'known']);
  });

  it('HT4: polls while the coordinator says that more may come, and no longer', async () => {
    let expects = true;
    const made = await known({ expects: () => expects });
    await expect.poll(() => scene!.polled.polls, { interval: 1 }).toBe(1);
    await made.clock.advance(10_000);
    expect(made.told).toEqual(['connecting', 'known']);
    expects = false;
    await scene!.clock.advance(25_000);
    // The connection is let go once the poll has ended.
    await expect.poll(() => made.clock.last, { interval: 1 }).toBe(5_000);
    await made.clock.advance(5_000);
    expect(made.told).toEqual(['connecting', 'known', 'resting']);
  });

  it('HT5: opens another connection, and asks again, where the coordinator has forgotten an idle one', async () => {
    const made = await known();
    await expect.poll(() => scene!.clock.pending, { interval: 1 }).toBe(1);
    await scene!.clock.advance(20_000);
    expect(scene!.polled.size).toBe(0);
    proxy!.passed.splice(0);
    expect(await made.checkIn()).toEqual({ decision: 'waiting' });
    expect(proxy!.passed).toEqual([visit[2], ...visit]);
    expect(made.told).toEqual(['connecting', 'known', 'resting', 'connecting', 'known']);
  });

  it('HT8: goes on with the newest token that it was given', async () => {
    const shown: string[] = [];
    const frames: Record<string, Uint8Array> = {
      [connectionsPath]: encodeFrame({ protocol: protocolVersion, nonce: new Uint8Array(32) }),
      [requestPath('enrol')]: encodeAccepted({ device: 'A'.repeat(22) }),
      [requestPath('hello')]: encodeAccepted({ now: 1, tasks: [] }),
      [requestPath('check-in')]: encodeAccepted({ decision: 'later', after: 1_000, reason: 'not now' }),
    };
    server = createServer(({ url = '', headers }, response) => {
      shown.push(`${url.split('/').at(-1)}: ${headers.authorization}`);
      response.setHeader(newestHeader, '1').setHeader(expectsHeader, '0');
      if (url === connectionsPath)
        response.writeHead(201, {
          [connectionHeader]: 'one',
          [eventHeader]: 'challenge',
          [numberHeader]: '1',
        });
      if (url === requestPath('hello')) response.setHeader(connectionHeader, 'two.more');
      response.end(frames[url]);
    });
    await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve));
    device = await new Device(
      new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    ).connect();
    await device.until('known');
    await device.checkIn();
    await device.checkIn();
    expect(shown).toEqual([
      'connections: undefined',
      'enrol: Bearer one',
      'hello: Bearer one',
      'check-in: Bearer two.more',
      'check-in: Bearer two.more',
    ]);
  });

  it('HT2: sends a request again under its key until an answer comes, for twenty seconds', async () => {
    let checkIns = 0;
    const made = await known({
      checkIn() {
        checkIns += 1;
        return { decision: 'waiting' };
      },
    });
    proxy!.loses = (what, count) => what.endsWith('/check-in') && count <= 3;
    const tries = () => proxy!.passed.filter(what => what.endsWith('/check-in')).length;
    const answer = made.checkIn();
    for (let time = 1; time <= 3; time++) {
      await expect.poll(tries, { interval: 1 }).toBe(time);
      const pause = 250 * 2 ** (time - 1);
      await expect.poll(() => made.clock.last, { interval: 1 }).toBe(pause);
      await made.clock.advance(pause);
    }
    expect(await answer).toEqual({ decision: 'waiting' });
    expect(checkIns).toBe(1);
  });

  it('HT4: keeps a connection on which a request is under way, however long that takes', async () => {
    let answer!: () => void;
    const answered = new Promise<void>(resolve => {
      answer = resolve;
    });
    let hasLeft = false;
    const made = await known({
      leave() {
        hasLeft = true;
        return answered;
      },
    });
    const left = made.leave('R'.repeat(22), 'A'.repeat(22));
    await expect.poll(() => hasLeft, { interval: 1 }).toBe(true);
    await made.clock.advance(19_000);
    answer();
    await left;
    expect(made.told).toEqual(['connecting', 'known']);
  });

  it.each([
    ['that there is nothing', 204],
    ['with a message that the device has', 200],
  ])('HT3: polls a few times a second where each poll is answered at once %s', async (_, status) => {
    let polls = 0;
    const frames: Record<string, Uint8Array> = {
      [connectionsPath]: encodeFrame({ protocol: protocolVersion, nonce: new Uint8Array(32) }),
      [requestPath('enrol')]: encodeAccepted({ device: 'A'.repeat(22) }),
      [requestPath('hello')]: encodeAccepted({ now: 1, tasks: [] }),
    };
    server = createServer(({ url = '' }, response) => {
      response.setHeader(newestHeader, '9').setHeader(expectsHeader, '1');
      if (url.startsWith(messagesPath)) {
        polls += 1;
        response.writeHead(status, { [eventHeader]: 'challenge', [numberHeader]: '1' }).end();
      } else response.writeHead(url === connectionsPath ? 201 : 200, opened).end(frames[url]);
    });
    device = await new Device(await listening()).connect();
    for (let poll = 1; poll <= 3; poll++) {
      await expect.poll(() => [polls, device!.clock.last], { interval: 1 }).toEqual([poll, 250]);
      await device.clock.advance(250);
    }
  });

  it('waits longer after each try to connect that fails, up to a minute', async () => {
    server = createServer((_, response) => response.writeHead(502).end('<html>'));
    device = await new Device(await listening()).connect();
    const pauses: string[] = [];
    for (const pause of [1, 2, 4, 8, 16, 32, 60, 60]) {
      await device.until(`failed ${1_000 * pause}`);
      pauses.push(device.told.at(-1)!);
      device.told.length = 0;
      await device.clock.advance(1_000 * pause);
    }
    expect(pauses).toHaveLength(8);
  });

  it.each<[string, RequestListener]>([
    ['is somebody else', (_, response) => response.writeHead(200).end('<html>')],
    ['sends a device elsewhere', (_, response) => response.writeHead(307, { location: '/' }).end()],
    ['opens no connection', (_, response) => response.writeHead(201).end()],
    [
      'sends more than a frame',
      (_, response) => response.writeHead(201, opened).end(Buffer.alloc(2 ** 20 + 1)),
    ],
    ['breaks off', (_, response) => response.writeHead(201, { ...opened, 'content-length': 9 }).destroy()],
  ])('does not take for a coordinator what %s', async (_, answer) => {
    server = createServer(answer);
    device = await new Device(await listening()).connect();
    await device.until('failed 1000');
    await expect(device.checkIn()).rejects.toMatchObject({ code: 'server.unreachable' });
    expect(device.told).toEqual(['connecting', 'failed 1000']);
  });
});

async function listening(): Promise<URL> {
  await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server!.address() as AddressInfo).port}`);
}
