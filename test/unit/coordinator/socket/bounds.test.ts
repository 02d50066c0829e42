import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { CoordinatorEvents } from '@murmuration/coordinator/events';
import { frameLengths } from '@murmuration/coordinator/limits/frame-lengths';
import type { Limits } from '@murmuration/coordinator/limits/limits';
import { Population } from '@murmuration/coordinator/population/population';
import type { DeviceRequests } from '@murmuration/coordinator/socket/answers';
import { Gateway } from '@murmuration/coordinator/socket/gateway';
import { memoryDevices } from '@murmuration/coordinator/storage/memory';
import type { DeviceId, ModelHash } from '@murmuration/protocol/ids';
import { socketPath } from '@murmuration/protocol/messages/channel';
import { decodeAck, encodeFrame } from '@murmuration/protocol/messages/frame';
import { native } from '@murmuration/protocol/primitives/node';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { RawDevice } from '../../../e2e/raw-device.ts';
import { BareSocket } from '../../../faults/fuzz/bare-socket.ts';
import { seededRandom } from '../../../seeded-random.ts';
import { settled, VirtualClock } from '../../../virtual-clock.ts';
import { boundsOf } from '../bounds.ts';

let http: Server;
let gateway: Gateway;
let clock: VirtualClock;
let url: string;
let refused: string[];
const cleanUp: (() => unknown)[] = [];

async function open(change: Partial<Limits> = {}, requests: Partial<DeviceRequests> = {}): Promise<void> {
  clock = new VirtualClock();
  refused = [];
  const events = new CoordinatorEvents();
  events.on('refused', (_, code) => refused.push(code));
  http = createServer();
  gateway = new Gateway(http, {
    ...boundsOf({ events, clock }, change),
    random: seededRandom(1),
    population: new Population(memoryDevices(), async () => true, native, clock),
    frames: frameLengths([]),
  });
  gateway.open({
    welcome: () => ({ now: clock.now(), tasks: [] }),
    checkIn: () => ({ decision: 'waiting' }),
    contribute: () => {},
    leave: () => {},
    forget: async () => {},
    predict: async () => ({ model: 'a'.repeat(64) as ModelHash, logits: new Uint8Array(4) }),
    connected: () => {},
    disconnected: () => {},
    ...requests,
  });
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

afterEach(async () => {
  for (const clean of cleanUp.splice(0)) await clean();
  gateway.close();
  await new Promise(resolve => http.close(resolve));
  expect(clock.pending).toBe(0);
});

async function device(): Promise<RawDevice> {
  const raw = await new RawDevice(url).connect();
  cleanUp.push(() => raw.socket.disconnect());
  return raw;
}

async function known(): Promise<RawDevice> {
  const raw = await device();
  await raw.enrol();
  await raw.hello();
  return raw;
}

async function bare(): Promise<BareSocket> {
  const socket = await BareSocket.open(url);
  cleanUp.push(() => socket.close());
  return socket;
}

/** Gives way until it is true; the test's own time limit ends a wait in vain. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await settled();
}

/** What comes back for a handshake of the socket. */
async function shake(path: string, ...headers: string[]): Promise<string> {
  const socket: Socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', part => {
    answer += part.toString('latin1');
    if (answer.startsWith('HTTP/1.1 101')) socket.destroy();
  });
  socket.write(
    [`GET ${path} HTTP/1.1`, 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket', ...headers, '\r\n'].join(
      '\r\n',
    ),
  );
  await once(socket, 'close');
  return answer;
}

const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
const version = 'Sec-WebSocket-Version: 13';
const address = `${socketPath}/?EIO=4&transport=websocket`;

describe('a handshake', () => {
  it.each([
    ['elsewhere', '/v1/tasks', [key, version], 404, 'request.not-found'],
    ['at an address that is none', '//[', [key, version], 400, 'request.invalid'],
    [
      'of another Engine.IO',
      `${socketPath}/?EIO=3&transport=websocket`,
      [key, version],
      400,
      'request.invalid',
    ],
    ['for polling', `${socketPath}/?EIO=4&transport=polling`, [key, version], 400, 'request.invalid'],
    ['of a session', `${address}&sid=x`, [key, version], 400, 'request.invalid'],
    ['without a key', address, [version], 400, 'request.invalid'],
    ['of another WebSocket', address, [key, 'Sec-WebSocket-Version: 5'], 400, 'request.invalid'],
  ])('%s is refused with a code', async (_, path, headers, status, code) => {
    await open({ strangers: 1 });
    const answer = await shake(path, ...headers);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain(`"code":"${code}"`);
    expect(refused).toEqual([code]);
    // The place that it had taken is free again.
    expect(await shake(address, key, version)).toMatch(/^HTTP\/1\.1 101 /);
  });

  it('is told to come back where too many have not said hello; a hello makes room', async () => {
    await open({ strangers: 5, strangersPerAddress: 1 });
    const first = await device();
    const answer = await shake(address, key, version);
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toMatch(/retry-after: \d+/);
    expect(answer).toContain('"code":"server.busy"');
    await first.enrol();
    await first.hello();
    const second = await device();
    second.socket.disconnect();
    const third = await device();
    expect(third.nonce).toHaveLength(32);
  });

  it('is refused once the coordinator stops', async () => {
    await open();
    gateway.close();
    expect(await shake(address, key, version)).toContain('"code":"server.stopping"');
  });
});

describe('a connection', () => {
  it('that does not join the namespace is closed', async () => {
    await open({ handshake: 15_000 });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      `GET ${address} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n${version}\r\n\r\n`,
    );
    await once(socket, 'data');
    const closed = once(socket, 'close');
    await clock.advance(15_000);
    await closed;
    expect(refused).toEqual(['device.not-identified']);
  });

  it('that brings more than a stranger has to say is closed', async () => {
    await open();
    const socket = await bare();
    for (let i = 0; i < 5; i++) socket.write(`42["hello","${'x'.repeat(15_000)}"]`);
    expect(await socket.probe()).toEqual({ type: 'closed' });
    expect(refused).toContain('request.too-large');
  });

  it('that brings a frame beyond all bounds is closed', async () => {
    await open();
    const raw = await known();
    const closed = raw.closed();
    raw.socket.emit('check-in', new Uint8Array(100_000));
    await closed;
    expect(refused).toEqual(['request.too-large']);
  });

  it('that leaves its namespace is closed', async () => {
    await open();
    const socket = await bare();
    socket.write('41');
    expect(await socket.probe()).toEqual({ type: 'closed' });
    expect(refused).toEqual([]);
  });

  it.each(['noise', '9', '4x', '40', '42["x"', '459-["x"]'])(
    'that sends the packet %s is closed, with a code',
    async packet => {
      await open();
      const socket = await bare();
      socket.write(packet);
      expect(await socket.probe()).toEqual({ type: 'closed' });
      expect(refused).toEqual(['protocol.packet']);
    },
  );

  it('that is not read is cut off, before what waits for it fills the memory', async () => {
    await open({ outgoing: 100_000 });
    const raw = await known();
    const id = raw.id as DeviceId;
    // Nothing of it is read from here on.
    (raw.socket.io.engine.transport as unknown as { ws: { _socket: Socket } }).ws._socket.pause();
    const end = { round: 'r'.repeat(22), outcome: 'failed', reason: 'x'.repeat(1_000), after: 0 } as never;
    let sent = 0;
    for (; gateway.isConnected(id) && sent < 100_000; sent++) {
      gateway.end(id, end);
      if (sent % 64 === 0) await settled();
    }
    expect(gateway.isConnected(id)).toBe(false);
    expect(refused).toEqual(['device.unread']);
  });
});

describe('a message', () => {
  const code = async (answer: Promise<Uint8Array>): Promise<[string, number | undefined]> => {
    try {
      decodeAck(await answer, z.unknown());
      return ['taken', undefined];
    } catch (error) {
      const { code: name, after } = error as { code: string; after?: number };
      return [name, after];
    }
  };
  const checkIn = encodeFrame({ task: 'line', examples: 1, conditions: {} });

  it('CH9: is refused where a device sends too many, and the connection is not read until it may go on', async () => {
    await open({ messages: { burst: 4, perSecond: 2 } });
    const raw = await known();
    const answers = Array.from({ length: 6 }, () => code(raw.send('check-in', checkIn)));
    expect(await Promise.all(answers)).toEqual([
      ...Array.from({ length: 4 }, () => ['taken', undefined]),
      ['request.too-often', 500],
      ['request.too-often', 500],
    ]);
    let last: [string, number | undefined] | undefined;
    void code(raw.send('check-in', checkIn)).then(answer => {
      last = answer;
    });
    await settled();
    expect(last).toBeUndefined();
    await clock.advance(500);
    await until(() => last !== undefined);
    expect(last).toEqual(['taken', undefined]);
  });

  it('counts for its device on whatever connection, and does not make others wait', async () => {
    await open({ messages: { burst: 2, perSecond: 1 } });
    const raw = await known();
    expect(await code(raw.send('check-in', checkIn))).toEqual(['taken', undefined]);
    expect(await code(raw.send('check-in', checkIn))).toEqual(['taken', undefined]);
    raw.socket.disconnect();
    await raw.connect();
    await raw.hello();
    expect(await code(raw.send('check-in', checkIn))).toEqual(['request.too-often', 1_000]);
    const other = await known();
    expect(await code(other.send('check-in', checkIn))).toEqual(['taken', undefined]);
  });

  it('is refused where its address sends too many', async () => {
    await open({ messagesPerAddress: { burst: 5, perSecond: 1 } });
    const [first, second] = [await known(), await known()];
    expect(await code(first.send('check-in', checkIn))).toEqual(['taken', undefined]);
    expect(await code(second.send('check-in', checkIn))).toEqual(['request.too-often', 1_000]);
  });

  it('that enrols is refused where its address has enrolled too many, and those that are known come in', async () => {
    await open({ enrolmentsPerAddress: { burst: 1, perSecond: 0.1 } });
    const first = await known();
    const second = await device();
    await expect(second.enrol()).rejects.toMatchObject({ code: 'request.too-often', after: 10_000 });
    first.socket.disconnect();
    await first.connect();
    await first.hello();
  });

  it('PR2: that asks for a prediction is refused where its device asks too often, and others are answered', async () => {
    await open({ predictionsPerDevice: { burst: 2, perSecond: 1 } });
    const [raw, other] = [await known(), await known()];
    const ask = (by: RawDevice) =>
      code(by.send('predict', encodeFrame({ task: 'line', version: 'latest', input: [1] })));
    expect(await Promise.all([ask(raw), ask(raw), ask(raw)])).toEqual([
      ['taken', undefined],
      ['taken', undefined],
      ['request.too-often', 1_000],
    ]);
    expect(await ask(other)).toEqual(['taken', undefined]);
  });

  it('is refused where too many of its connection wait for their answers', async () => {
    let letGo = () => {};
    const held = new Promise<void>(resolve => {
      letGo = resolve;
    });
    await open({ inFlight: 2 }, { leave: () => held });
    const raw = await known();
    const id = 'r'.repeat(22);
    const frame = encodeFrame({ round: id, assignment: id, reason: '' });
    const waiting = [code(raw.send('leave', frame)), code(raw.send('leave', frame))];
    expect((await code(raw.send('leave', frame)))[0]).toBe('request.too-many');
    letGo();
    expect(await Promise.all(waiting)).toEqual([
      ['taken', undefined],
      ['taken', undefined],
    ]);
    const next = code(raw.send('leave', frame));
    await clock.advance(1_000);
    expect(await next).toEqual(['taken', undefined]);
  });

  it.each([
    ['no frame', []],
    ['two frames', [checkIn, checkIn]],
    ['text', ['text']],
  ])('with %s is refused with a code', async (_, args) => {
    await open();
    const raw = await known();
    expect(await code(raw.socket.emitWithAck('check-in', ...args))).toEqual(['protocol.frame', undefined]);
  });

  it('is refused where its frame is longer than its event can be', async () => {
    await open();
    const raw = await known();
    expect((await code(raw.send('check-in', new Uint8Array(1_025))))[0]).toBe('request.too-large');
    expect((await code(raw.send('keys', new Uint8Array(1_025))))[0]).toBe('request.too-large');
  });

  it.each(['error', '__proto__', 'constructor', 'challenge', ''])(
    'of the event %j is refused with a code',
    async event => {
      await open();
      const raw = await known();
      expect((await code(raw.send(event, checkIn)))[0]).toBe('request.not-found');
    },
  );
});
