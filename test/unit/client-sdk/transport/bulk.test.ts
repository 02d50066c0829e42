import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bulkTransport } from '@murmuration/client-sdk/transport/bulk';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { afterEach, describe, expect, it } from 'vitest';

const never = new AbortController().signal;
let server: Server | undefined;

/** A transport to a server that answers like this. */
async function to(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  server = createServer(answer);
  await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve));
  return bulkTransport(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
}

async function refusal(work: Promise<unknown>): Promise<MurmurationError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof MurmurationError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

const problem =
  (body: unknown, status = 422) =>
  (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

describe('the bulk of a transport', () => {
  it('UP1 SA10: puts an update under its token, a masked one with its signature', async () => {
    const seen: Record<string, unknown>[] = [];
    const http = await to((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', part => parts.push(part));
      request.on('end', () => {
        const { method, url, headers } = request;
        const {
          authorization,
          'content-type': type,
          'content-length': length,
          'murmuration-masked': masked,
        } = headers;
        seen.push({
          method,
          url,
          authorization,
          masked,
          type,
          length,
          body: Buffer.concat(parts).toString(),
        });
        response.end('{}');
      });
    });
    const rights = { token: Uint8Array.of(255, 254, 253) };
    const path = '/v1/rounds/r/updates/a';
    await http.upload(path, rights, Buffer.from('update'), never);
    await http.upload(path, { ...rights, signature: Uint8Array.of(251, 255) }, Buffer.from('masked'), never);
    const put = {
      method: 'PUT',
      url: '/v1/rounds/r/updates/a',
      authorization: 'Bearer __79',
      masked: undefined,
      type: 'application/octet-stream',
      length: '6',
    };
    expect(seen).toEqual([
      { ...put, body: 'update' },
      { ...put, masked: '-_8', body: 'masked' },
    ]);
  });

  it('MD3: downloads up to its limit, and reads no further', async () => {
    let sent = 0;
    const http = await to((request, response) => {
      if (request.url === '/five') return response.end('12345');
      const more = () => {
        sent += 65_536;
        if (sent < 1e9 && !response.destroyed && response.write(Buffer.alloc(65_536))) setImmediate(more);
      };
      response.on('drain', more);
      more();
    });
    expect(Buffer.from(await http.download('/five', 5, never)).toString()).toBe('12345');
    expect((await refusal(http.download('/five', 4, never))).code).toBe('model.unusable');
    expect((await refusal(http.download('/endless', 100_000, never))).code).toBe('model.unusable');
    expect(sent).toBeLessThan(1e8);
  });

  it('CH7: throws what a problem document names', async () => {
    const http = await to(problem({ code: 'update.norm', detail: 'The norm is 5.', retryable: false }));
    const error = await refusal(http.upload('/x', { token: new Uint8Array(0) }, new Uint8Array(1), never));
    expect(error).toMatchObject({ code: 'update.norm', detail: 'The norm is 5.', retryable: false });
  });

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    ['-1', undefined],
    ['999999', undefined],
  ])('CH5: takes a Retry-After of %s for %s ms', async (header, after) => {
    const http = await to((request, response) => {
      response.setHeader('retry-after', header);
      problem({ code: 'update.too-many', detail: 'Later.', retryable: true }, 503)(request, response);
    });
    expect(await refusal(http.download('/x', 10, never))).toMatchObject({ code: 'update.too-many', after });
  });

  it('CH6: takes a code that it does not know for what it says of another try', async () => {
    const http = await to(problem({ code: 'update.of-tomorrow', detail: 'No.', retryable: false }));
    expect(await refusal(http.download('/x', 10, never))).toMatchObject({ code: 'request.invalid' });
  });

  it.each<[string, unknown]>([
    ['HTML', '<html>502 Bad Gateway</html>'],
    ['nothing', ''],
    ['JSON of another shape', { error: 'update.norm' }],
    ['a code that is no text', { code: 5, detail: 'x', retryable: true }],
    ['too much', 'x'.repeat(1e6)],
  ])('CH7: takes %s for something between it and the coordinator', async (_, body) => {
    const http = await to(problem(body, 502));
    expect(await refusal(http.download('/x', 10, never))).toMatchObject({
      code: 'server.unreachable',
      retryable: true,
      detail: 'The answer was HTTP 502.',
    });
  });

  it('UP5: says that another try may help where nobody answers, or an answer breaks off', async () => {
    const http = await to((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    const broken = [
      http.download('/x', 100, never),
      http.upload('/x', { token: new Uint8Array(0) }, new Uint8Array(1), never),
    ];
    for (const each of broken) expect((await refusal(each)).code).toBe('server.unreachable');
    await new Promise(resolve => server!.close(resolve));
    expect((await refusal(http.download('/x', 100, never))).code).toBe('server.unreachable');
  });

  it('throws the reason of its signal, before and in the middle of an answer', async () => {
    const abort = new AbortController();
    const http = await to((_, response) => {
      response.write('half', () => abort.abort(new MurmurationError('training.stopped')));
    });
    expect((await refusal(http.download('/x', 100, abort.signal))).code).toBe('training.stopped');
    expect((await refusal(http.download('/x', 100, abort.signal))).code).toBe('training.stopped');
  });
});
