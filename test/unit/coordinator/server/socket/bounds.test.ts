import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { socketPath } from '@murmuration/protocol/messages/channel';
import { settled } from '@murmuration/protocol/time/virtual-clock';
import { afterEach, describe, expect, it } from 'vitest';
import { type GatewayScene, openGateway } from './scene.ts';

let scene: GatewayScene;

async function open(...args: Parameters<typeof openGateway>): Promise<void> {
  scene = await openGateway(...args);
}

afterEach(() => scene.close());

/** What comes back for a handshake of the socket. */
async function shake(path: string, ...headers: string[]): Promise<string> {
  const socket: Socket = connect(Number(new URL(scene.url).port), '127.0.0.1');
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

describe('CH1: a handshake', () => {
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
    expect(scene.refused).toEqual([code]);
    // The place that it had taken is free again.
    expect(await shake(address, key, version)).toMatch(/^HTTP\/1\.1 101 /);
  });

  it('is told to come back where too many have not said hello; a hello makes room', async () => {
    await open({ strangers: 5, strangersPerAddress: 1 });
    const first = await scene.device();
    const answer = await shake(address, key, version);
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toMatch(/retry-after: \d+/);
    expect(answer).toContain('"code":"server.busy"');
    await first.enrol();
    await first.hello();
    const second = await scene.device();
    second.socket.disconnect();
    const third = await scene.device();
    expect(third.nonce).toHaveLength(32);
  });

  it('is refused once the coordinator stops', async () => {
    await open();
    scene.gateway.close();
    expect(await shake(address, key, version)).toContain('"code":"server.stopping"');
  });
});

describe('a connection', () => {
  it('that does not join the namespace is closed', async () => {
    await open({ handshake: 15_000 });
    const socket = connect(Number(new URL(scene.url).port), '127.0.0.1');
    socket.write(
      `GET ${address} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n${version}\r\n\r\n`,
    );
    await once(socket, 'data');
    const closed = once(socket, 'close');
    await scene.clock.advance(15_000);
    await closed;
    expect(scene.refused).toEqual(['device.not-identified']);
  });

  it('that brings more than a stranger has to say is closed', async () => {
    await open();
    const socket = await scene.bare();
    for (let i = 0; i < 5; i++) socket.write(`42["hello","${'x'.repeat(15_000)}"]`);
    expect(await socket.probe()).toEqual({ type: 'closed' });
    expect(scene.refused).toContain('request.too-large');
  });

  it('that brings a frame beyond all bounds is closed', async () => {
    await open();
    const raw = await scene.known();
    const closed = raw.closed();
    raw.socket.emit('check-in', new Uint8Array(100_000));
    await closed;
    expect(scene.refused).toEqual(['request.too-large']);
  });

  it('CH1: that leaves its namespace is closed', async () => {
    await open();
    const socket = await scene.bare();
    socket.write('41');
    expect(await socket.probe()).toEqual({ type: 'closed' });
    expect(scene.refused).toEqual([]);
  });

  it.each(['noise', '9', '4x', '40', '42["x"', '459-["x"]'])(
    'CH1: that sends the packet %s is closed, with a code',
    async packet => {
      await open();
      const socket = await scene.bare();
      socket.write(packet);
      expect(await socket.probe()).toEqual({ type: 'closed' });
      expect(scene.refused).toEqual(['protocol.packet']);
    },
  );

  it('that is not read is cut off, before what waits for it fills the memory', async () => {
    await open({ outgoing: 100_000 });
    const raw = await scene.known();
    const id = raw.id as DeviceId;
    // Nothing of it is read from here on.
    (raw.socket.io.engine.transport as unknown as { ws: { _socket: Socket } }).ws._socket.pause();
    const end = { round: 'r'.repeat(22), outcome: 'failed', reason: 'x'.repeat(1_000), after: 0 } as never;
    let sent = 0;
    for (; scene.connections.isConnected(id) && sent < 100_000; sent++) {
      scene.connections.end(id, end);
      if (sent % 64 === 0) await settled();
    }
    expect(scene.connections.isConnected(id)).toBe(false);
    expect(scene.refused).toEqual(['device.unread']);
  });
});
