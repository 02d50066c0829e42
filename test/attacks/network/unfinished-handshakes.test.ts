import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import type { Limits } from '@murmuration/rounds/limits/limits';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from './certificate.ts';
import { heard, type Target, targets } from './target.ts';

let tls: Awaited<ReturnType<typeof makeCertificate>>;
beforeAll(async () => {
  tls = await makeCertificate();
});
afterAll(() => tls.remove());
const open = targets(afterEach);

const withTls = (limits: Partial<Limits>) => {
  const { certificate, key } = tls;
  return open({ tls: { certificate, key }, limits });
};

/** The beginning of a ClientHello of 512 bytes, of which no more comes. */
const halfHello = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]);

const isHealthy = async ({ url }: Target): Promise<boolean> => {
  const ca = await readFile(tls.certificate);
  return new Promise(resolve => {
    get(`${url}/health/live`, { ca, agent: false }, response => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on('error', () => resolve(false));
  });
};

describe('a stranger that never finishes its TLS handshake', () => {
  it.each([
    ['says nothing', undefined, false],
    ['sends half a hello', halfHello, false],
    ['sends half a hello and hangs up', halfHello, true],
    ['says nothing and hangs up', undefined, true],
    ['speaks plain HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), false],
    ['sends noise', Buffer.alloc(400, 7), false],
  ])('and %s is closed in time, and takes no place from others', async (_, bytes, hangsUp) => {
    const target = await withTls({ handshake: 100, connectionsPerAddress: 4 });
    const sockets = await Promise.all(Array.from({ length: 4 }, () => target.dial()));
    const closed = sockets.map(heard);
    for (const socket of sockets) {
      if (bytes) socket.write(bytes);
      if (hangsUp) socket.end();
    }
    await Promise.all(closed);
    // A place is free again a moment after the other end hears of it.
    while (!(await isHealthy(target)));
    expect(target.faults).toEqual([]);
  });

  it('does not keep the coordinator from stopping', async () => {
    const target = await withTls({ handshake: 1_800_000 });
    const sockets = await Promise.all(Array.from({ length: 3 }, () => target.dial()));
    sockets[1]!.write(halfHello);
    await new Promise<void>(resolve => sockets[2]!.end(resolve));
    const closed = sockets.map(heard);
    await target.coordinator.stop();
    await Promise.all(closed);
  });
});
