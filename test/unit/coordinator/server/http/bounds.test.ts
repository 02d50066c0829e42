import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type App, createApp } from '@murmuration/coordinator/http/app';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Limits } from '@murmuration/rounds/limits/limits';
import { afterEach, describe, expect, it } from 'vitest';
import { boundsOf } from '../bounds.ts';

let app: App;
let clock: VirtualClock;
const refused: string[] = [];
const sockets: Socket[] = [];
/** The coordinator's end of each connection, by the port of the other end. */
const peers = new Map<number, Socket>();

async function open(change: Partial<Limits> = {}, trusted: string[] = []): Promise<void> {
  clock = new VirtualClock();
  const events = new CoordinatorEvents();
  refused.length = 0;
  events.on('refused', (_, code) => refused.push(code));
  app = await createApp({ ...boundsOf({ events, clock }, change, trusted), cors: [] });
  app.get('/', () => 'here');
  app.put('/', ({ body }) => String((body as Buffer).length));
  app.server.on('connection', (socket: Socket) => peers.set(socket.remotePort!, socket));
  await app.listen({ host: '127.0.0.1', port: 0 });
}

function dial(): Socket {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  return socket;
}

/** All that comes back for these bytes until the connection is closed. */
async function exchange(bytes: string | Buffer, socket = dial()): Promise<string> {
  let answer = '';
  socket.on('data', part => {
    answer += part.toString();
  });
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}

/** The coordinator's end of a connection. */
async function peerOf(socket: Socket): Promise<Socket> {
  if (socket.connecting) await once(socket, 'connect');
  for (;;) {
    const peer = peers.get(socket.localPort!);
    if (peer) return peer;
    await new Promise(resolve => setImmediate(resolve));
  }
}

/** Waits until the coordinator has read what was written. */
async function moved(socket: Socket): Promise<void> {
  const theirs = await peerOf(socket);
  while (theirs.bytesRead < socket.bytesWritten) await new Promise(resolve => setImmediate(resolve));
}

function expectProblem(answer: string, status: number, code: string): void {
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(answer.toLowerCase()).toContain('content-type: application/problem+json');
  expect(answer).toContain(`"code":"${code}"`);
  expect(refused).toContain(code);
}

const get = (...headers: string[]) =>
  `${['GET / HTTP/1.1', 'Host: x', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`;

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await app.close();
  expect(clock.pending).toBe(0);
});

describe('what is hardly HTTP', () => {
  it.each([
    ['noise', 'noise\r\n\r\n', 400, 'request.invalid'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'request.invalid'],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'request.invalid'],
    [
      'two lengths',
      `${get().trimEnd()}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      400,
      'request.invalid',
    ],
    ['endless headers', get(`X: ${'x'.repeat(20_000)}`), 413, 'request.too-large'],
    ['another expectation', get('Expect: tea'), 415, 'request.unsupported'],
    ['a tunnel', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n', 415, 'request.unsupported'],
    ['a compressed body', get('Content-Encoding: gzip'), 415, 'request.unsupported'],
  ])('such as %s is answered with a problem document', async (_, bytes, status, code) => {
    await open();
    expectProblem(await exchange(bytes), status, code);
    expect(await exchange(get())).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('a request', () => {
  it('is refused where its address sends too many, for as long as the answer says', async () => {
    await open({ requestsPerAddress: { burst: 2, perSecond: 0.1 } });
    await exchange(get());
    await exchange(get());
    const answer = await exchange(get());
    expectProblem(answer, 429, 'request.too-often');
    expect(answer).toContain('retry-after: 10');
    await clock.advance(10_000);
    expect(await exchange(get())).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('counts for the address that a trusted proxy names, and that alone', async () => {
    await open({ requestsPerAddress: { burst: 1, perSecond: 0.1 } }, ['127.0.0.1']);
    const from = (address: string) => exchange(get(`X-Forwarded-For: 203.0.113.5, ${address}`));
    expect(await from('192.0.2.1')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await from('192.0.2.2')).toMatch(/^HTTP\/1\.1 200 /);
    expectProblem(await from('192.0.2.1'), 429, 'request.too-often');
  });

  const upload =
    'PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/octet-stream\r\n';

  it('is ended where its body stops to come', async () => {
    await open({ slowest: 100, patience: 10_000 });
    const socket = dial();
    const answer = exchange(`${upload}Content-Length: 5000\r\n\r\n`, socket);
    await moved(socket);
    await clock.advance(9_999);
    expect(socket.destroyed).toBe(false);
    await clock.advance(1);
    expectProblem(await answer, 408, 'request.too-slow');
  });

  it('is taken however long it is, where its body comes steadily, and ended where it comes too slowly', async () => {
    await open({ slowest: 100, patience: 10_000 });
    const socket = dial();
    const answer = exchange(`${upload}Content-Length: 5000\r\n\r\n`, socket);
    await moved(socket);
    for (let sent = 0; sent < 4_000; sent += 1_000) {
      socket.write(Buffer.alloc(1_000));
      await moved(socket);
      await clock.advance(10_000);
    }
    expect(socket.destroyed).toBe(false);
    socket.write(Buffer.alloc(999));
    await moved(socket);
    await clock.advance(10_000);
    expectProblem(await answer, 408, 'request.too-slow');

    const patient = dial();
    const whole = exchange(`${upload}Content-Length: 2000\r\n\r\n`, patient);
    await moved(patient);
    for (let sent = 0; sent < 2_000; sent += 1_000) {
      patient.write(Buffer.alloc(1_000));
      await moved(patient);
      await clock.advance(10_000);
    }
    expect(await whole).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n2000$/);
  });
});

describe('a connection', () => {
  it('is refused where its address has too many, until one of them ends', async () => {
    await open({ connectionsPerAddress: 2 });
    const [first] = [dial(), dial()];
    await Promise.all(sockets.map(socket => once(socket, 'connect')));
    expectProblem(await exchange(get()), 503, 'server.busy');
    first!.destroy();
    let answer = await exchange(get());
    while (answer.startsWith('HTTP/1.1 503')) answer = await exchange(get());
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('is dropped where there are too many in all, which is counted', async () => {
    await open({ connections: 1 });
    dial();
    await once(sockets[0]!, 'connect');
    expect(await exchange(get())).toBe('');
    expect(refused).toEqual(['server.busy']);
  });

  it('that sends no request is closed', async () => {
    await open({ handshake: 50 });
    expectProblem(await exchange(''), 408, 'request.too-slow');
    expectProblem(await exchange('GET / HT'), 408, 'request.too-slow');
  });
});
