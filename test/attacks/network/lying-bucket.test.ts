import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isTrusted } from '@murmuration/client-sdk/transport/address';
import { bulkTransport } from '@murmuration/client-sdk/transport/bulk';
import { nativeBulk } from '@murmuration/client-sdk/transport/native-bulk';
import { acceptsAddress, addressType } from '@murmuration/protocol/messages/elsewhere';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installXmlHttpRequest } from '../../react-native/xml-http-request.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const never = new AbortController().signal;
const file = Uint8Array.from({ length: 4_000 }, (_, i) => i * 7);
const path = `/v1/models/${'a'.repeat(64)}/${contentHash(file)}.bin`;
const secret = 'X-Amz-Signature=0123456789abcdef';

let servers: Server[];
let clock: VirtualClock;
/** What the coordinator was asked for: whether it could have named an address, and with which token. */
let asked: { readonly elsewhere: boolean; readonly token: string | undefined }[];
/** What the bucket was shown. */
let shown: IncomingMessage['headers'][];

installXmlHttpRequest();
beforeEach(() => {
  servers = [];
  clock = new VirtualClock(1_000);
  asked = [];
  shown = [];
});
afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(answer: Answer): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A coordinator that names this address, or answers like this to who accepts one. */
async function coordinator(url: string | Answer): Promise<URL> {
  const base = await listen((request, response) => {
    const elsewhere = request.headers.accept?.includes(addressType) ?? false;
    asked.push({ elsewhere, token: request.headers.authorization });
    if (!elsewhere) return response.end(file);
    if (typeof url !== 'string') return url(request, response);
    response.setHeader('content-type', addressType);
    return response.end(JSON.stringify({ url }));
  });
  return new URL(base);
}

/** Where a bucket is that answers like this. */
async function bucket(answer: Answer): Promise<string> {
  const base = await listen((request, response) => {
    shown.push(request.headers);
    answer(request, response);
  });
  return `${base}/models/file?${secret}`;
}

const transports = {
  fetch: (base: URL, mayFetch = (address: URL) => isTrusted(address, base)) =>
    bulkTransport(base, undefined, 'the read token', { clock, mayFetch }),
  XMLHttpRequest: (base: URL, mayFetch = (address: URL) => isTrusted(address, base)) =>
    nativeBulk(base, { readToken: 'the read token', clock, mayFetch }),
};

const whole: Answer = (_, response) => response.end(file);
const status =
  (code: number): Answer =>
  (_, response) =>
    response.writeHead(code).end(file);

describe.each(Object.entries(transports))('a bucket that a coordinator names, by %s', (name, to) => {
  it('MD10: has the file, and is shown nothing of the device', async () => {
    const base = await coordinator(await bucket(whole));
    expect(await to(base).download(path, file.length, never)).toEqual(file);
    expect(asked).toEqual([{ elsewhere: true, token: 'Bearer the read token' }]);
    expect(shown).toHaveLength(1);
    for (const header of ['authorization', 'cookie', 'referer', 'origin'])
      expect(shown[0]).not.toHaveProperty(header);
    expect(JSON.stringify(shown)).not.toContain('the read token');
  });

  it.each<[string, Answer]>([
    ['other bytes', (_, response) => response.end(new Uint8Array(file.length))],
    ['nothing', (_, response) => response.end()],
    ['one byte more', (_, response) => response.end(Buffer.concat([file, Buffer.of(0)]))],
    [
      'half of a body',
      (_, response) => {
        response.writeHead(200, { 'content-length': file.length });
        response.write(file.subarray(0, 2_000), () => response.destroy());
      },
    ],
    ['HTTP 206', status(206)],
    ['HTTP 403', status(403)],
    ['HTTP 404', status(404)],
    ['HTTP 503', status(503)],
    ['no answer', request => request.socket.destroy()],
  ])('MD10: that answers %s has said nothing: the file comes from the coordinator', async (_, answer) => {
    const base = await coordinator(await bucket(answer));
    const { download } = to(base);
    expect(await download(path, file.length, never)).toEqual(file);
    expect(shown).toHaveLength(1);
    // It is asked no more for an hour, and then again.
    expect(await download(path, file.length, never)).toEqual(file);
    await clock.advance(3_600_000);
    expect(await download(path, file.length, never)).toEqual(file);
    expect(asked.map(({ elsewhere }) => elsewhere)).toEqual([true, false, false, true, false]);
  });

  it('MD10: is left where it sends more than the file, without end', async () => {
    let closed: (() => void) | undefined;
    const isClosed = new Promise<void>(resolve => {
      closed = resolve;
    });
    const base = await coordinator(
      await bucket((request, response) => {
        request.socket.once('close', () => closed!());
        const more = () => {
          while (!response.destroyed && response.write(file));
        };
        response.on('drain', more);
        more();
      }),
    );
    expect(await to(base).download(path, file.length, never)).toEqual(file);
    await isClosed;
  });

  it('MD10: is left where it is slow', async () => {
    let begun: (() => void) | undefined;
    const hasBegun = new Promise<void>(resolve => {
      begun = resolve;
    });
    const base = await coordinator(
      await bucket((_, response) => {
        response.write(file.subarray(0, 10));
        begun!();
      }),
    );
    const download = to(base).download(path, file.length, never);
    await hasBegun;
    await clock.advance(14_000);
    expect(asked).toHaveLength(1);
    await clock.advance(2_000);
    expect(await download).toEqual(file);
  });

  it('MD10: sends the device nowhere else', async () => {
    let isReached = false;
    const third = await listen((_, response) => {
      isReached = true;
      response.end(file);
    });
    const base = await coordinator(
      await bucket((_, response) => response.writeHead(302, { location: third }).end()),
    );
    expect(await to(base).download(path, file.length, never)).toEqual(file);
    expect(asked.map(({ elsewhere }) => elsewhere)).toEqual([true, false]);
    // XMLHttpRequest has followed before it tells; nothing was shown there, and nothing is believed.
    if (name === 'fetch') expect(isReached).toBe(false);
  });

  it('MD10: is not asked where the app does not trust its origin', async () => {
    const base = await coordinator(await bucket(whole));
    const asks: string[] = [];
    const { download } = to(base, address => {
      asks.push(address.href);
      return false;
    });
    expect(await download(path, file.length, never)).toEqual(file);
    expect(shown).toEqual([]);
    expect(asks).toHaveLength(1);
  });

  it.each<[string, string | Answer]>([
    ['nothing', (_, response) => response.setHeader('content-type', addressType).end()],
    ['a number', (_, response) => response.setHeader('content-type', addressType).end('7')],
    ['a list', (_, response) => response.setHeader('content-type', addressType).end('{"url":["http://a"]}')],
    ['no address', 'nowhere'],
    ['a file', 'file:///etc/passwd'],
    ['a script', 'javascript:alert(1)'],
    ['a password', 'http://ann:secret@127.0.0.1/'],
    ['too long a one', `http://127.0.0.1/${'a'.repeat(20_000)}`],
  ])('MD10: is none where the coordinator answers %s', async (_, answer) => {
    const base = await coordinator(answer);
    expect(await to(base).download(path, file.length, never)).toEqual(file);
    expect(asked.map(({ elsewhere }) => elsewhere)).toEqual([true, false]);
  });

  it('MD10: is asked for files that are named by their hash, and for no others', async () => {
    const base = await coordinator(await bucket(whole));
    await to(base).download(`/v1/models/${'a'.repeat(64)}/model.json`, file.length, never);
    expect(asked.map(({ elsewhere }) => elsewhere)).toEqual([false]);
  });

  it('has an address that no error repeats', async () => {
    const url = await bucket(status(403));
    let requests = 0;
    const base = new URL(
      await listen((_, response) => {
        requests += 1;
        if (requests > 1) return response.writeHead(500).end();
        return response.setHeader('content-type', addressType).end(JSON.stringify({ url }));
      }),
    );
    const failure = await to(base)
      .download(path, file.length, never)
      .catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ code: 'server.unreachable' });
    const { message, stack, cause } = failure as Error;
    expect([message, stack, String(cause)].join()).not.toContain(secret);
  });

  it('ends with the reason of its signal', async () => {
    const end = new AbortController();
    const base = await coordinator(await bucket(() => end.abort(new Error('enough'))));
    await expect(to(base).download(path, file.length, end.signal)).rejects.toThrow('enough');
    expect(asked).toHaveLength(1);
  });
});

describe('what a device accepts', () => {
  it('MD10: is a header that pages send without asking first', () => {
    // Fetch, "CORS-safelisted request-header": 128 bytes at most, and none of these.
    expect(acceptsAddress.length).toBeLessThanOrEqual(128);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is meant.
    expect(acceptsAddress).not.toMatch(/[\u0000-\u0008\u000a-\u001f"():<>?@[\\\]{}\u007f]/);
  });
});

describe('the addresses that an app trusts', () => {
  it.each([
    ['https://learn.example.org/file', true],
    ['https://learn.example.org:9000/file', true],
    ['https://models.learn.example.org/file', true],
    ['https://s3.example.net/models/file', true],
    ['http://models.learn.example.org/file', false],
    ['http://s3.example.net/models/file', false],
    ['https://s3.example.net:8443/models/file', false],
    ['https://example.org/file', false],
    ['https://evillearn.example.org/file', false],
    ['https://learn.example.org.evil.net/file', false],
    ['ftp://learn.example.org/file', false],
    ['https://127.0.0.1/file', false],
  ])('MD10: %s: %s', (address, expected) => {
    const base = new URL('https://learn.example.org/way');
    expect(isTrusted(new URL(address), base, ['https://s3.example.net'])).toBe(expected);
  });
});
