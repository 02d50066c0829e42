import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { namedTransport } from '@murmuration/client-sdk/transport/named';
import type { Transport } from '@murmuration/client-sdk/transport/transport';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { socketPath } from '@murmuration/protocol/messages/channel';
import { encodeFrame, maxFrameLength } from '@murmuration/protocol/messages/frame';
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
  expect.poll(() => told, { interval: 5, timeout: 20_000 }).toEqual(new Array(count).fill(flooded));

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
