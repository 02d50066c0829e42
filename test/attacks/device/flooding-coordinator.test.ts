import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { bounded } from '@murmuration/client-sdk/transport/bounded';
import { Inflow } from '@murmuration/client-sdk/transport/inflow';
import { namedTransport } from '@murmuration/client-sdk/transport/named';
import type { Transport, TransportListener } from '@murmuration/client-sdk/transport/transport';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { socketPath } from '@murmuration/protocol/messages/channel';
import { encodeAccepted, encodeFrame, maxFrameLength } from '@murmuration/protocol/messages/frame';
import {
  connectionHeader,
  connectionsPath,
  eventHeader,
  expectsHeader,
  newestHeader,
  numberHeader,
} from '@murmuration/protocol/messages/polling';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { deviceOn, StillTrainer } from '../../unit/client-sdk/device.ts';
import { serving, TableInference } from '../../unit/client-sdk/hybrid/scene.ts';
import { assignmentOf, MemoryCoordinator, pathOf } from '../../unit/client-sdk/memory-coordinator.ts';

/** Frames that a device takes at once, and in the 4 s after which it comes back. */
const [atOnce, later] = [1_024, 4 * 128];

let server: Server | undefined;
let transport: Transport | undefined;
let clock: VirtualClock;
/** Messages that a device has read, and what its transport told besides. */
let read: number;
let told: string[];

beforeEach(() => {
  [clock, read, told] = [new VirtualClock(), 0, []];
});
afterEach(() => {
  transport?.close();
  server?.closeAllConnections();
  server?.close();
  transport = server = undefined;
});

async function listen(answer: RequestListener = () => {}): Promise<URL> {
  server = createServer(answer);
  await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** Has a device connect, whose clock stands still and whose waits are as long as their base. */
function connect(url: URL, name: 'sockets' | 'http'): void {
  transport = namedTransport(url, { clock, random: () => Uint8Array.of(128) }, name);
  transport.open({
    disconnected: (_, at = 0, error = undefined) =>
      void told.push(`${error?.code} for ${at - clock.now()} ms`),
    failed: at => void told.push(`failed for ${at - clock.now()} ms`),
    message() {
      read += 1;
    },
  });
}

const flooded = 'server.flood for 4000 ms';
const tells = (count: number) =>
  expect.poll(() => told, { interval: 5 }).toEqual(new Array(count).fill(flooded));

describe('CH10: a coordinator that floods a device over a socket', () => {
  const event = (name: string) => `451-["${name}",{"_placeholder":true,"num":0}]`;
  const frame = encodeFrame({ task: 'keyboard', after: 0 });

  /** The ends that the coordinator has seen, and its connections. */
  let ends: number;
  let connections: number;

  /** Engine.IO 4 and Socket.IO 5 as far as a device opens a connection, on which as much comes as it takes, and more. */
  async function floodWith(packets: readonly (string | Uint8Array)[], isEarly = false): Promise<URL> {
    [ends, connections] = [0, 0];
    const url = await listen();
    const sockets = new WebSocketServer({ server: server!, path: `${socketPath}/` });
    sockets.on('connection', (socket: WebSocket) => {
      connections += 1;
      let isOpen = true;
      socket.on('close', () => {
        isOpen = false;
        ends += 1;
      });
      const flood = () => {
        for (let i = 0; i < 100 && isOpen; i++) for (const packet of packets) socket.send(packet);
        if (isOpen) setImmediate(flood);
      };
      socket.on('message', data => {
        if (data.toString() !== '40') return;
        socket.send('40{"sid":"socket"}');
        flood();
      });
      if (isEarly) return flood();
      const open = {
        sid: 'engine',
        upgrades: [],
        maxPayload: 1e6,
        pingInterval: 25_000,
        pingTimeout: 20_000,
      };
      socket.send(`0${JSON.stringify(open)}`);
    });
    return url;
  }

  it.each<[string, readonly (string | Uint8Array)[]]>([
    ['messages of a round', [event('come-back'), frame]],
    ['challenges', [event('challenge'), frame]],
    ['events that there are not', ['42["anything",1]']],
    ['answers to nothing', [`461-1[{"_placeholder":true,"num":0}]`, frame]],
    ['signs of life', ['2']],
  ])('with %s is left before more is decoded, and again when the device is back', async (_, packets) => {
    connect(await floodWith(packets), 'sockets');
    await tells(1);
    // An event is two frames.
    expect(read).toBeLessThanOrEqual(atOnce / 2);
    await expect.poll(() => [connections, ends], { interval: 5 }).toEqual([1, 1]);
    const before = read;
    await clock.advance(3_999);
    expect(connections).toBe(1);
    await clock.advance(1);
    await tells(2);
    expect(read - before).toBeLessThanOrEqual(later / 2);
    await expect.poll(() => [connections, ends], { interval: 5 }).toEqual([2, 2]);
  });

  it('with the longest frames is left after some of them', async () => {
    connect(await floodWith([event('roster'), new Uint8Array(maxFrameLength)]), 'sockets');
    await tells(1);
    expect(read).toBeLessThanOrEqual(15);
    expect(read).toBeGreaterThan(3);
    await expect.poll(() => ends, { interval: 5 }).toBe(1);
  });

  it('before it has opened the connection is left as well', async () => {
    connect(await floodWith(['6'], true), 'sockets');
    await tells(1);
    await expect.poll(() => ends, { interval: 5 }).toBe(1);
  });
});

describe('CH10: a coordinator that sends one message longer than frames can be', () => {
  const most = 64 << 20;
  const piece = Buffer.alloc(64 << 10);

  /** A coordinator that, once a device has connected, has a WebSocket send `write`; how many bytes it could send. */
  async function sending(
    write: (socket: WebSocket, sent: (bytes: number) => void) => void,
    perMessageDeflate = false,
  ): Promise<{ readonly url: URL; readonly sent: () => number; readonly ends: () => number }> {
    let [bytes, ends] = [0, 0];
    const url = await listen();
    const sockets = new WebSocketServer({ server: server!, path: `${socketPath}/`, perMessageDeflate });
    sockets.on('connection', (socket: WebSocket) => {
      socket.on('close', () => {
        ends += 1;
      });
      socket.on('error', () => {});
      socket.on('message', data => {
        if (data.toString() !== '40') return;
        socket.send('40{"sid":"socket"}');
        socket.send('451-["roster",{"_placeholder":true,"num":0}]');
        write(socket, length => {
          bytes += length;
        });
      });
      const open = {
        sid: 'engine',
        upgrades: [],
        maxPayload: 1e6,
        pingInterval: 25_000,
        pingTimeout: 20_000,
      };
      socket.send(`0${JSON.stringify(open)}`);
    });
    return { url, sent: () => bytes, ends: () => ends };
  }

  it.each([
    ['in one piece', (socket: WebSocket) => socket.send(Buffer.alloc(maxFrameLength + 1))],
    ['packed, of which little travels', (socket: WebSocket) => socket.send(Buffer.alloc(most))],
  ] as const)('%s is left before it is read', async (what, write) => {
    const { url, ends } = await sending(write, what !== 'in one piece');
    connect(url, 'sockets');
    await tells(1);
    await expect.poll(ends, { interval: 5 }).toBe(1);
    expect(read).toBe(0);
    await clock.advance(4_000);
    await tells(2);
  });

  it('in pieces without an end is left after what a frame can have', async () => {
    const { url, sent, ends } = await sending((socket, count) => {
      const next = (left: number) => {
        if (left <= 0 || socket.readyState !== socket.OPEN) return;
        socket.send(piece, { fin: false }, () => {
          count(piece.length);
          next(left - piece.length);
        });
      };
      next(most);
    });
    connect(url, 'sockets');
    await tells(1);
    await expect.poll(ends, { interval: 5 }).toBe(1);
    expect(read).toBe(0);
    // What sockets of both sides hold comes on top.
    expect(sent()).toBeLessThan(most / 4);
  });
});

describe('CH10: a coordinator that floods a device over a transport of the app’s own', () => {
  /** A transport that brings whatever its coordinator says, also after it was closed. */
  class OwnTransport implements Transport {
    listener: TransportListener | undefined;
    opened = 0;
    isOpen = false;
    answer: Uint8Array = encodeAccepted({});
    open(listener: TransportListener): void {
      this.listener = listener;
      this.opened += 1;
      this.isOpen = true;
    }
    close(): void {
      this.isOpen = false;
    }
    async request(): Promise<Uint8Array> {
      return this.answer;
    }
    async download(): Promise<Uint8Array> {
      throw new MurmurationError('model.missing');
    }
    async upload(): Promise<void> {}
  }

  const own = new OwnTransport();
  const asked = encodeFrame({ task: 'keyboard', after: 0 });
  const opened = () => {
    const made = bounded(own, { clock, random: () => Uint8Array.of(128) }, new Inflow(clock));
    made.open({
      disconnected: (_, at = 0, error = undefined) =>
        void told.push(`${error?.code} for ${at - clock.now()} ms`),
      message() {
        read += 1;
      },
    });
    return made;
  };
  beforeEach(() => {
    Object.assign(own, new OwnTransport());
  });

  it.each([
    ['messages', asked, atOnce],
    ['the longest messages', new Uint8Array(maxFrameLength), 16],
    ['one message that is longer than all', new Uint8Array(32 << 20), 0],
  ])('with %s is left, and heard again once the device is back', async (_, message, most) => {
    opened();
    for (let i = 0; i < 3_000; i++) own.listener!.message('come-back', message);
    expect([read, told, own.isOpen, own.opened]).toEqual([most, [flooded], false, 1]);
    await clock.advance(3_999);
    expect([read, own.isOpen]).toEqual([most, false]);
    await clock.advance(1);
    expect([own.isOpen, own.opened]).toEqual([true, 2]);
    if (most === 0) return;
    for (let i = 0; i < 3_000; i++) own.listener!.message('come-back', message);
    expect([told, own.isOpen]).toEqual([[flooded, flooded], false]);
    expect(read).toBeLessThanOrEqual(most + later);
  });

  it('with answers is left as well, and no such answer is read', async () => {
    const made = opened();
    own.answer = new Uint8Array(maxFrameLength);
    for (let i = 0; i < 16; i++) await made.request('hello', asked);
    expect(told).toEqual([]);
    await expect(made.request('hello', asked)).rejects.toMatchObject({ code: 'server.unreachable' });
    expect([told, own.isOpen]).toEqual([[flooded], false]);
  });

  it('is not heard any more once the device has closed it', async () => {
    const made = opened();
    for (let i = 0; i < 3_000; i++) own.listener!.message('come-back', asked);
    made.close();
    await clock.advance(60_000);
    expect([own.isOpen, own.opened]).toEqual([false, 1]);
  });

  it('ends a client’s connection, which then comes back by itself', async () => {
    const coordinator = new MemoryCoordinator(clock);
    const task = { examples: () => ['a'], trainer: new StillTrainer() };
    const { client, errors } = deviceOn(coordinator, clock, memoryStorage(), { keyboard: task });
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    expect(client.state.state).toBe('connected');
    for (let i = 0; i < 3_000; i++) coordinator.send('come-back', { task: 'keyboard', after: 1_000 });
    expect(client.state).toMatchObject({ state: 'waiting', error: { code: 'server.flood' } });
    expect(errors).toEqual(['server.flood']);
    await clock.advance(6_000);
    coordinator.connect();
    await clock.advance(0);
    expect(client.state.state).toBe('connected');
    await client.stop();
  });
});

describe('CH10: a coordinator that floods a device that polls', () => {
  it('is left after so many messages, and again when the device is back', async () => {
    const asked: string[] = [];
    const url = await listen((request, response) => {
      const { method, url: path } = request;
      asked.push(method!);
      if (method === 'DELETE') return void response.writeHead(204).end();
      const after = Number(/after=(\d+)/.exec(path!)?.[1] ?? 0);
      const isFirst = path!.startsWith(connectionsPath) && method === 'POST';
      const headers = {
        [connectionHeader]: 'A'.repeat(43),
        [eventHeader]: isFirst ? 'challenge' : 'come-back',
        [numberHeader]: String(after + 1),
        [newestHeader]: '1000000',
        [expectsHeader]: '1',
      };
      response.writeHead(isFirst ? 201 : 200, headers);
      response.end(encodeFrame({ protocol: protocolVersion, nonce: new Uint8Array(32) }));
    });
    connect(url, 'http');
    // No welcome comes: it polls for what else there is.
    await expect.poll(() => read, { interval: 5 }).toBe(1);
    await clock.advance(5_000);
    await tells(1);
    // The first one came 5 s before the others.
    expect(read).toBe(1 + atOnce);
    await expect.poll(() => asked.at(-1), { interval: 5 }).toBe('DELETE');
    await clock.advance(4_000);
    await expect.poll(() => read, { interval: 5 }).toBe(atOnce + 2);
    await clock.advance(5_000);
    await tells(2);
    expect(read).toBeLessThanOrEqual(1 + atOnce + later + 5 * 128);
  });
});

describe('CH10: a coordinator that names versions to serve without an end', () => {
  it('has a device get the first and the last of those that come meanwhile', async () => {
    const coordinator = new MemoryCoordinator(clock);
    const asked: string[] = [];
    let answer: (() => void)[] = [];
    coordinator.download = async path => {
      asked.push(path);
      await new Promise<void>(resolve => answer.push(resolve));
      throw new MurmurationError('model.missing');
    };
    const { client } = deviceOn(coordinator, clock, memoryStorage(), {
      keyboard: {
        examples: () => ['a'],
        trainer: new StillTrainer(),
        hybrid: { serving, inference: new TableInference() },
      },
    });
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    const answered = async () => {
      const [now, later] = [answer, []];
      answer = later;
      for (const each of now) each();
      await clock.advance(0);
    };
    while (answer.length > 0) await answered();
    asked.length = 0;
    const hashes = Array.from({ length: 500 }, (_, i) => String(i).padStart(64, '0'));
    for (const model of hashes) coordinator.send('serve', { task: 'keyboard', model });
    await clock.advance(0);
    while (answer.length > 0) await answered();
    expect(asked.map(path => path.split('/')[3])).toEqual([hashes[0], hashes.at(-1)]);
    await client.stop();
  });
});

describe('CH10: a device that has left a coordinator that floods', () => {
  it('keeps what it has, finishes what it learns, and sends it once it is back', async () => {
    const coordinator = new MemoryCoordinator(clock);
    const trainer = new StillTrainer();
    const storage = memoryStorage();
    const price = new StillTrainer();
    const { client, errors } = deviceOn(coordinator, clock, storage, {
      keyboard: { examples: () => ['a'], trainer },
      price: { examples: () => ['b'], trainer: price },
    });
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    let learned!: () => void;
    const { result } = trainer;
    trainer.result = async () => {
      await new Promise<void>(resolve => {
        learned = resolve;
      });
      return result();
    };
    const assignment = assignmentOf(clock);
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    expect(trainer.running).toBe(1);
    const stored = await storage.get('device');
    coordinator.flood(clock.now() + 4_000);
    expect(client.state).toMatchObject({
      state: 'waiting',
      error: { code: 'server.flood' },
      retryAt: clock.now() + 4_000,
    });
    expect(errors).toEqual(['server.flood']);
    learned();
    await clock.advance(4_000);
    coordinator.connect();
    coordinator.send('assignment', assignment);
    await clock.advance(1_000);
    expect(coordinator.uploads.map(({ path }) => path)).toContain(pathOf(assignment));
    expect(trainer.trainings).toBe(1);
    expect(await storage.get('device')).toEqual(stored);
    // The other task has its turn as well.
    coordinator.send('round-end', {
      round: assignment.round,
      outcome: 'published',
      reason: 'over',
      after: 0,
    });
    coordinator.send('assignment', assignmentOf(clock, 'r2', { task: 'price' as never }));
    await clock.advance(1_000);
    expect(price.trainings).toBe(1);
    expect(client.state.state).toBe('connected');
    expect(errors).toEqual(['server.flood']);
    await client.stop();
  });
});
