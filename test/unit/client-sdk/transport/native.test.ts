import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nativeTransport } from '@murmuration/client-sdk/transport/native';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { afterEach, describe, expect, it } from 'vitest';
import { installXmlHttpRequest } from '../../../react-native/xml-http-request.ts';

const never = new AbortController().signal;
const servers: Server[] = [];

installXmlHttpRequest();
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<URL> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

const to = (base: URL) =>
  nativeTransport(base, { clock: systemClock, random: systemRandom }, () => undefined);

describe('the transport of React Native', () => {
  it('UP1 SA10: puts an update as it is, under its token, a masked one with its signature', async () => {
    let seen: unknown;
    const base = await listen((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', part => parts.push(part));
      request.on('end', () => {
        const { method, url, headers } = request;
        seen = [method, url, headers.authorization, headers['murmuration-masked'], Buffer.concat(parts)];
        response.writeHead(204).end();
      });
    });
    const rights = { token: new Uint8Array(32).fill(1), signature: new Uint8Array(64).fill(2) };
    const bytes = Uint8Array.of(9, 1, 2, 3).subarray(1);
    await to(base).upload('/v1/rounds/r/updates/a', rights, bytes, never);
    const base64url = (part: Uint8Array) => Buffer.from(part).toString('base64url');
    expect(seen).toEqual([
      'PUT',
      '/v1/rounds/r/updates/a',
      `Bearer ${base64url(rights.token)}`,
      base64url(rights.signature),
      Buffer.of(1, 2, 3),
    ]);
  });

  it('downloads what is asked for, and no more', async () => {
    const base = await listen((_, response) => response.end(Buffer.alloc(200_000, 7)));
    expect(await to(base).download('/model', 200_000, never)).toEqual(new Uint8Array(200_000).fill(7));
    await expect(to(base).download('/model', 199_999, never)).rejects.toMatchObject({
      code: 'model.unusable',
    });
  });

  it('stops a download that has no end', async () => {
    let isClosed = false;
    const base = await listen((_, response) => {
      const more = (error?: Error | null) => {
        if (!error && !response.destroyed) response.write(Buffer.alloc(65_536), more);
      };
      response.on('close', () => {
        isClosed = true;
      });
      more();
    });
    await expect(to(base).download('/model', 1_000, never)).rejects.toMatchObject({ code: 'model.unusable' });
    await expect.poll(() => isClosed).toBe(true);
  });

  it('takes nobody else’s word: what a redirect leads to is no answer', async () => {
    const elsewhere = await listen((_, response) => response.end('the model of somebody else'));
    const base = await listen((_, response) =>
      response.writeHead(307, { location: new URL('/other', elsewhere).href }).end(),
    );
    await expect(to(base).download('/model', 1_000, never)).rejects.toMatchObject({
      code: 'server.unreachable',
    });
  });

  it('throws what a problem document names, and when to come again', async () => {
    const problem = { code: 'request.rate', detail: 'Too many.', retryable: true };
    const base = await listen((_, response) =>
      response.writeHead(429, { 'retry-after': '7' }).end(JSON.stringify(problem)),
    );
    const thrown = await to(base)
      .download('/model', 1_000, never)
      .catch(error => error);
    expect(thrown).toBeInstanceOf(MurmurationError);
    expect(thrown).toMatchObject({ retryable: true, after: 7_000 });
  });

  it('ends at once when it is told to', async () => {
    const base = await listen(() => {});
    const stop = new AbortController();
    const download = to(base).download('/model', 1_000, stop.signal);
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(download).rejects.toBe(reason);
    await expect(to(base).download('/model', 1_000, stop.signal)).rejects.toBe(reason);
  });

  it.each([
    [200, '{"name":"murmuration"}', 'no-websocket'],
    [200, '{"name":"something"}', 'another-server'],
    [503, 'busy', 'another-server'],
  ])('where %i %s answers, it says what is in the way: %s', async (status, text, problem) => {
    const base = await listen((_, response) => response.writeHead(status).end(text));
    expect(await to(base).findProblem!()).toMatchObject({ problem });
  });

  it('says that nothing is reached where nothing listens', async () => {
    const base = await listen(() => {});
    servers[0]!.close();
    expect(await to(base).findProblem!()).toMatchObject({ problem: 'unreachable' });
  });
});
