import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterEach, describe, expect, it } from 'vitest';
import { denseModel } from '../../unit/serving/server/models.ts';
import { openWorld, type World } from '../../unit/serving/server/world.ts';

type Settings = NonNullable<Parameters<typeof openWorld>[1]>;

interface Answer {
  readonly outputs: readonly { readonly data: readonly number[] }[];
}

let world: World | undefined;
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await world?.close();
  world = undefined;
});

/** A server of a model that answers one number with so many. */
async function open(
  settings: Settings = {},
  more: Parameters<typeof openWorld>[2] = {},
  units = 1_000_000,
): Promise<World> {
  world = await openWorld(async folder => folder.put('x', 1, await denseModel(1, units)), settings, more);
  return world;
}

/** A connection that reads nothing until it is told to. */
async function dial({ url }: World): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {}).pause();
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

const question = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [1.1] }] });
const request = `POST /v2/models/x/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${question.length}\r\n\r\n${question}`;

describe('answers of an inference server over HTTP', () => {
  it('that nobody reads count as bodies: others are refused before the memory is full', async () => {
    const world = await open({ bodies: 4_000_000 });
    const deaf = await dial(world);
    deaf.write(request);
    await expect.poll(() => world.server.bodies.taken).toBeGreaterThan(10_000_000);
    await expect.poll(() => world.server.pending).toBe(0);
    const refused = await world.ask('POST', '/v2/models/x/infer', question);
    expect([refused.status, await refused.json()]).toEqual([503, { error: expect.any(String) }]);
    deaf.destroy();
    await expect.poll(() => world.server.bodies.taken).toBe(0);
    const answer = await world.ask('POST', '/v2/models/x/infer', question);
    expect(((await answer.json()) as Answer).outputs[0]!.data).toHaveLength(1_000_000);
    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(1_000_000);
  });

  it('are made one after another for each connection, and for few of its requests', async () => {
    const refused: string[] = [];
    const world = await open({}, { refused: (_, { code }) => refused.push(code) }, 1);
    const closed = [];
    for (let at = 0; at < 3; at++) {
      const deaf = await dial(world);
      closed.push(once(deaf, 'close'));
      deaf.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1_000));
      deaf.resume();
    }
    await Promise.all(closed);
    expect(refused).toEqual(Array(3).fill('request.too-many'));
    const socket = await dial(world);
    let heard = '';
    socket.on('data', part => {
      heard += String(part);
    });
    const paths = ['/v2', '/none', '/v2/health/live', '/v2/models'];
    socket.resume();
    socket.write(paths.map(path => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''));
    await expect.poll(() => heard.match(/HTTP\/1\.1 \d+/g)).toHaveLength(4);
    expect(heard.match(/HTTP\/1\.1 \d+/g)!.map(line => line.slice(-3))).toEqual(['200', '404', '200', '200']);
  });

  it('are given up where nobody reads them, and not where somebody does', async () => {
    const clock = new VirtualClock();
    const refused: string[] = [];
    const world = await open({}, { clock, refused: (where, { code }) => refused.push(`${where} ${code}`) });
    const [deaf, slow] = [await dial(world), await dial(world)];
    for (const socket of [deaf, slow]) socket.write(request);
    await expect.poll(() => world.server.bodies.taken).toBeGreaterThan(20_000_000);
    const length = world.server.bodies.taken / 2;
    let read = 0;
    let enough = 0;
    slow.on('data', part => {
      read += part.length;
      if (read >= enough) slow.pause();
    });
    for (let stretch = 1; stretch <= 3; stretch++) {
      // Counted from what was read before: what a buffer of the system's held would be no progress of the server's.
      enough = read + 3_000_000;
      slow.resume();
      await expect.poll(() => read).toBeGreaterThanOrEqual(enough);
      await clock.advance(32_000);
    }
    await expect.poll(() => refused).toEqual(['POST /v2/models/:name/infer request.too-slow']);
    enough = Infinity;
    slow.resume();
    await expect.poll(() => read).toBeGreaterThan(length);
    await expect.poll(() => world.server.bodies.taken).toBe(0);
    expect(slow.destroyed).toBe(false);
  });
});
