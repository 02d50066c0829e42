import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ExchangeBounds, exchange, isHttpAddress, jsonIn } from '@murmuration/protocol/sending/exchange';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let server: Server;
let url: string;
let clock: VirtualClock;
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  clock = new VirtualClock(0);
  server = createServer((_, response) => answer(response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/?key=secret`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const asked = (changes: Partial<ExchangeBounds> = {}, init: RequestInit = {}) =>
  exchange(url, init, {
    server: 'The server',
    clock,
    stop: new AbortController().signal,
    limit: 10_000,
    most: 100,
    ...changes,
  });

describe('an exchange', () => {
  it('reads an answer up to its limit, and no further', async () => {
    answer = response => response.end('{"a":1}');
    expect(jsonIn(await asked())).toEqual({ a: 1 });
    expect(jsonIn(await asked({ most: 7 }))).toEqual({ a: 1 });
    expect((await asked({ most: 6 })).body).toBeUndefined();
    answer = response => response.end('[');
    expect(jsonIn(await asked())).toEqual({});
  });

  it('follows no redirect', async () => {
    answer = response => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    await expect(asked()).rejects.toMatchObject({ code: 'server.unreachable' });
    expect((await asked({}, { redirect: 'manual' })).status).toBe(302);
  });

  it('gives up after its time, and when nobody is there, without telling the address', async () => {
    let isAsked = () => {};
    const begun = new Promise<void>(resolve => {
      isAsked = resolve;
    });
    answer = () => isAsked();
    const late = asked();
    late.catch(() => {});
    await begun;
    await clock.advance(10_000);
    await expect(late).rejects.toMatchObject({
      code: 'server.unreachable',
      detail: 'The server does not answer: no answer within 10 s.',
    });
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
    await expect(asked()).rejects.toMatchObject({
      detail: expect.stringMatching(/^The server does not answer: [A-Z_]+\.$/),
    });
  });

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    answer = () => stop.abort(new Error('stopping'));
    await expect(asked({ stop: stop.signal })).rejects.toThrow('stopping');
    await expect(asked({ stop: stop.signal })).rejects.toThrow('stopping');
  });
});

it.each([
  ['https://hooks.example.org/a?b', true],
  ['http://10.0.0.1:80', true],
  ['ftp://hooks.example.org/', false],
  ['https://user:password@hooks.example.org/', false],
  ['https://hooks.example.org/#part', false],
  ['hooks.example.org', false],
])('%s is an address: %s', (text, is) => expect(isHttpAddress(text)).toBe(is));
