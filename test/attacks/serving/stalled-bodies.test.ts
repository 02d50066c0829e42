import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { afterEach, describe, expect, it } from 'vitest';
import { GrpcClient } from '../../unit/serving/server/grpc-client.ts';
import { openWorld, type World } from '../../unit/serving/server/world.ts';
import { beginCall as callOf, prefix } from './stalled-call.ts';

type Settings = NonNullable<Parameters<typeof openWorld>[1]>;

let cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.reverse()) await clean();
  cleanUp = [];
});

async function open(settings: Settings = {}, more: Parameters<typeof openWorld>[2] = {}): Promise<World> {
  const world = await openWorld(
    folder => folder.putEcho('x', 1, [{ name: 'x', datatype: 'FP32', shape: [-1] }]),
    { grpc: { port: 0 }, preload: 'all', ...settings },
    more,
  );
  cleanUp.push(() => world.close());
  return world;
}

/** Begins a request over HTTP/1.1 whose body may never end. */
async function begin(
  world: World,
  headers: readonly string[],
  body: string | Uint8Array = '',
): Promise<Socket> {
  const { hostname, port } = new URL(world.url);
  const socket = connect({ port: Number(port), host: hostname });
  socket.on('error', () => {});
  cleanUp.push(() => socket.destroy());
  await once(socket, 'connect');
  socket.write(`POST /v2/models/x/infer HTTP/1.1\r\nHost: localhost\r\n${headers.join('\r\n')}\r\n\r\n`);
  socket.write(body);
  return socket;
}

/** Begins a call whose message may never end. */
function beginCall(world: World, headers: Record<string, string>, bytes: Uint8Array) {
  const { session, stream } = callOf(world.grpc!, headers, bytes);
  cleanUp.push(() => session.destroy());
  return stream;
}

/** What is answered on a connection, once it matches. */
async function heard(socket: Socket, pattern: RegExp): Promise<void> {
  let text = '';
  socket.on('data', part => {
    text += String(part);
  });
  await expect.poll(() => text).toMatch(pattern);
}

const question = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [1] }] });
const ask = (world: World, headers: Record<string, string> = {}) =>
  world.ask('POST', '/v2/models/x/infer', question, headers);
const call = {
  model_name: 'x',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1], contents: { fp32_contents: [1] } }],
};
const chunked = ['Transfer-Encoding: chunked'];
const longest = 64 << 20;
const most = 256 << 20;

describe('requests whose bodies stall take no room', () => {
  it.each([
    ['in chunks', chunked, '1\r\n{\r\n'],
    ['of a length that is announced', [`Content-Length: ${longest}`], '{'],
    ['packed with gzip', [...chunked, 'Content-Encoding: gzip'], '1\r\n\u001f\r\n'],
  ] as const)('over HTTP, %s', async (_, headers, body) => {
    const world = await open();
    for (let at = 0; at < 8; at++) await begin(world, headers, body);
    await expect.poll(() => world.server.bodies.taken).toBeGreaterThan(0);
    expect((await ask(world)).status).toBe(200);
    expect(world.server.bodies.taken).toBeLessThan(1_000);
  });

  it.each([
    ['as they are', {}, false],
    ['packed with gzip', { 'grpc-encoding': 'gzip' }, true],
  ] as const)('over gRPC, %s', async (_, headers, isPacked) => {
    const world = await open();
    for (let at = 0; at < 8; at++) beginCall(world, headers, prefix(longest - 5, isPacked));
    await expect.poll(() => world.server.bodies.taken).toBe(8 * 5);
    const client = new GrpcClient(world.grpc!);
    cleanUp.push(() => client.close());
    expect(await client.refused('ModelInfer', call)).toBe('answered');
    expect((await ask(world)).status).toBe(200);
  });

  it('so that many who ask in chunks, or packed, are all answered, over either', async () => {
    const world = await open();
    const client = new GrpcClient(world.grpc!, undefined, { 'grpc.default_compression_algorithm': 2 });
    cleanUp.push(() => client.close());
    const sent = await Promise.all(
      Array.from({ length: 64 }, async (_, at) => {
        if (at % 2 === 0) return client.refused('ModelInfer', call);
        const body = new ReadableStream({
          start(controller) {
            controller.enqueue(at % 4 === 1 ? Buffer.from(question) : gzipSync(question));
            controller.close();
          },
        });
        const headers: Record<string, string> = at % 4 === 1 ? {} : { 'content-encoding': 'gzip' };
        const options = { method: 'POST', body, headers, duplex: 'half' };
        return (await fetch(`${world.url}/v2/models/x/infer`, options as RequestInit)).status;
      }),
    );
    expect(new Set(sent)).toEqual(new Set(['answered', 200]));
  });
});

describe('requests whose bodies are slow', () => {
  it('are ended over HTTP where too little comes, and give their room back', async () => {
    const clock = new VirtualClock();
    const refused: string[] = [];
    const world = await open({}, { clock, refused: (_, { code }) => refused.push(code) });
    const half = 'x'.repeat(32_768);
    const socket = await begin(world, [`Content-Length: ${longest}`], half);
    await expect.poll(() => world.server.bodies.taken).toBe(half.length);
    await clock.advance(10_000);
    expect(refused).toEqual([]);
    // 2,048 bytes a second, less one byte.
    socket.write('x'.repeat(20_479));
    await expect.poll(() => world.server.bodies.taken).toBe(half.length + 20_479);
    await clock.advance(10_000);
    expect(refused).toEqual(['request.too-slow']);
    await heard(socket, /^HTTP\/1\.1 408 .*connection: close/is);
    await expect.poll(() => world.server.bodies.taken).toBe(0);
  });

  it('are ended over HTTP and gRPC after a minute, however steadily they come', async () => {
    const clock = new VirtualClock();
    const world = await open({}, { clock });
    const socket = await begin(world, [`Content-Length: ${longest}`]);
    const stream = beginCall(world, {}, prefix(longest - 5));
    await expect.poll(() => world.server.bodies.taken).toBe(5);
    const answered = once(stream, 'response');
    for (let stretch = 1; stretch <= 6; stretch++) {
      socket.write('x'.repeat(20_480));
      stream.write('x'.repeat(20_480));
      await expect.poll(() => world.server.bodies.taken).toBe(5 + stretch * 40_960);
      await clock.advance(10_000);
    }
    await heard(socket, /^HTTP\/1\.1 408 /);
    expect((await answered)[0]['grpc-status']).toBe(String(status.DEADLINE_EXCEEDED));
    await expect.poll(() => world.server.bodies.taken).toBe(0);
  });

  it('are ended over gRPC where too little comes', async () => {
    const clock = new VirtualClock();
    const world = await open({}, { clock });
    const stream = beginCall(world, {}, Buffer.concat([prefix(longest - 5), Buffer.alloc(20_474)]));
    await expect.poll(() => world.server.bodies.taken).toBe(20_479);
    const answered = once(stream, 'response');
    await clock.advance(10_000);
    expect((await answered)[0]['grpc-status']).toBe(String(status.DEADLINE_EXCEEDED));
    await expect.poll(() => world.server.bodies.taken).toBe(0);
  });

  it.each([
    ['as it is', {}, false],
    ['packed with gzip', { 'grpc-encoding': 'gzip' }, true],
  ] as const)(
    'are ended over gRPC where the message is whole and the call does not end, %s',
    async (_, headers, isPacked) => {
      const clock = new VirtualClock();
      const world = await open({}, { clock });
      const message = Buffer.alloc(1 << 20);
      const bytes = isPacked ? gzipSync(message) : message;
      const stream = beginCall(world, headers, Buffer.concat([prefix(bytes.length, isPacked), bytes]));
      const answered = once(stream, 'response');
      await expect.poll(() => world.server.bodies.taken).toBeGreaterThanOrEqual(message.length);
      await expect
        .poll(async () => {
          await clock.advance(10_000);
          return world.server.bodies.taken;
        })
        .toBe(0);
      expect((await answered)[0]['grpc-status']).toBe(String(status.DEADLINE_EXCEEDED));
    },
  );

  it('make way for others where they fill the room', async () => {
    const clock = new VirtualClock();
    const world = await open({ body: 100_000, bodies: 150_000 }, { clock });
    const body = 'x'.repeat(75_000);
    const first = await begin(world, [`Content-Length: 100000`], body);
    const second = await begin(world, [`Content-Length: 100000`], body);
    await expect.poll(() => world.server.bodies.taken).toBe(150_000);
    const full = await ask(world);
    expect([full.status, await full.json()]).toEqual([
      503,
      {
        error: expect.stringContaining('the room for bodies is full (150000 bytes, by inference.body)'),
      },
    ]);
    await clock.advance(10_000);
    expect((await ask(world)).status).toBe(200);
    await heard(first, /^HTTP\/1\.1 503 /);
    // The newer one goes on.
    await expect.poll(() => world.server.bodies.taken).toBe(75_000);
    second.write('x'.repeat(25_000));
    await heard(second, /^HTTP\/1\.1 400 /);
  });
});

describe('the bodies of one token', () => {
  it('leave half of the room to others, over HTTP and gRPC, and hear what is full', async () => {
    const [mine, other] = [
      mintInferenceToken(systemRandom, native),
      mintInferenceToken(systemRandom, native),
    ];
    const tokens = [mine, other].map(({ text: _, ...entry }, at) => {
      return { ...entry, name: `test ${at}`, rights: ['predict' as const] };
    });
    const world = await open({ body: 100_000, bodies: 200_000, tokens });
    const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
    const own = `Authorization: Bearer ${mine.text}`;
    for (let at = 0; at < 2; at++) await begin(world, ['Content-Length: 100000', own], 'x'.repeat(49_990));
    await expect.poll(() => world.server.bodies.taken).toBe(2 * 49_990);
    const refused = await ask(world, bearer(mine.text));
    expect([refused.status, await refused.json()]).toEqual([
      503,
      { error: expect.stringContaining('the bodies of this token have half of the room') },
    ]);
    const client = new GrpcClient(world.grpc!);
    cleanUp.push(() => client.close());
    expect(await client.refused('ModelInfer', call, { token: mine.text })).toMatch(
      /^UNAVAILABLE .*bodies of this token/,
    );
    expect((await ask(world, bearer(other.text))).status).toBe(200);
    expect(await client.refused('ModelInfer', call, { token: other.text })).toBe('answered');
  });
});

describe('messages over gRPC that unpack to much more', () => {
  it('count as they unpack, all together', async () => {
    const world = await open({ bodies: most });
    const bomb = gzipSync(Buffer.alloc(longest), { level: 9 });
    let largest = 0;
    const { bodies } = world.server;
    const answers = Array.from({ length: 16 }, async () => {
      const stream = beginCall(
        world,
        { 'grpc-encoding': 'gzip' },
        Buffer.concat([prefix(bomb.length, true), bomb]),
      );
      stream.end();
      const [headers] = await once(stream, 'response');
      largest = Math.max(largest, bodies.taken);
      return Number(headers['grpc-status']);
    });
    const codes = await Promise.all(answers);
    // Those that have room are no messages.
    expect([status.INVALID_ARGUMENT, status.UNAVAILABLE]).toEqual(expect.arrayContaining(codes));
    expect(codes).toContain(status.UNAVAILABLE);
    expect(largest).toBeLessThanOrEqual(most);
    await expect.poll(() => bodies.taken).toBe(0);
  });
});
