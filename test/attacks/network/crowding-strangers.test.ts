import type { Socket } from 'node:net';
import { socketPath } from '@murmuration/protocol/messages/channel';
import { connectionsPath } from '@murmuration/protocol/messages/polling';
import { afterEach, describe, expect, it } from 'vitest';
import { targets } from './target.ts';

const open = targets(afterEach);
const bounds = {
  trustedProxies: ['127.0.0.1'],
  limits: { strangers: 4, strangersPerAddress: 2 },
};
const attackers = ['192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.2'];

/** The first line of what a connection hears next. */
const status = (socket: Socket): Promise<string> =>
  new Promise(resolve =>
    socket.once('data', (part: Buffer) => resolve(part.toString('latin1').split('\r\n')[0]!)),
  );

describe('two addresses that take all places of devices without a hello', () => {
  it('give some up for a third one, over sockets', async () => {
    const target = await open(bounds);
    const handshake = async (from: string) => {
      const socket = await target.dial();
      const answer = status(socket);
      socket.write(
        [
          `GET ${socketPath}/?EIO=4&transport=websocket HTTP/1.1`,
          'Host: localhost',
          `X-Forwarded-For: ${from}`,
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
          '\r\n',
        ].join('\r\n'),
      );
      return { socket, status: await answer };
    };
    const taken: Awaited<ReturnType<typeof handshake>>[] = [];
    for (const from of attackers) taken.push(await handshake(from));
    expect(taken.map(each => each.status)).toEqual(Array(4).fill('HTTP/1.1 101 Switching Protocols'));
    const given = new Promise(resolve => taken[0]!.socket.once('close', resolve).once('end', resolve));
    expect((await handshake('192.0.2.3')).status).toBe('HTTP/1.1 101 Switching Protocols');
    await given;
    // One that has as many as others can have is refused, and takes nothing from anybody.
    expect((await handshake('192.0.2.1')).status).toMatch(/^HTTP\/1\.1 503 /);
  });

  it('give some up for a third one, over plain HTTP', async () => {
    const target = await open(bounds);
    const connect = async (from: string) =>
      (
        await fetch(target.url + connectionsPath, {
          method: 'POST',
          headers: { 'x-forwarded-for': from },
        })
      ).status;
    for (const from of attackers) expect(await connect(from)).toBe(201);
    expect(await connect('192.0.2.3')).toBe(201);
    expect(await connect('192.0.2.2')).toBe(503);
  });
});
