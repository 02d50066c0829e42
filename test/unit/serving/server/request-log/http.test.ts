import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { eventTypes, logEvent } from '@murmuration/serving/request-log/event';
import { type HttpOptions, HttpSink } from '@murmuration/serving/request-log/http';
import { type CloudEvent, HTTP } from 'cloudevents';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventsOf } from './log-folder.ts';

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server;
let received: Received[];
let answer: (response: ServerResponse, count: number) => void;
let clock: VirtualClock;

beforeEach(async () => {
  received = [];
  answer = response => response.writeHead(202).end();
  clock = new VirtualClock();
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    answer(response, received.length);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const sink = (changes: Partial<HttpOptions> = {}) => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/log`;
  return new HttpSink({ url, token: null, ...changes }, clock);
};

describe('a log over HTTP', () => {
  it('sends events in binary mode, as the library of CloudEvents reads them', async () => {
    const about = {
      id: 'r 1 "%" é 🙂',
      source: '/test',
      type: eventTypes.request,
      time: '2026-01-01T00:00:00.000Z',
    };
    const event = logEvent(about, { inferenceservicename: 'm', endpoint: 'default' }, '{"inputs":[]}');
    expect(await sink({ token: 'secret-token' }).write([event])).toBe(1);
    const [{ headers, body }] = received as [Received];
    expect(headers.authorization).toBe('Bearer secret-token');
    expect(headers['ce-id']).toBe('r%201%20%22%25%22%20%C3%A9%20%F0%9F%99%82');
    const read = HTTP.toEvent({ headers, body }) as CloudEvent<unknown>;
    expect(read).toMatchObject({
      ...about,
      id: headers['ce-id'],
      inferenceservicename: 'm',
      datacontenttype: 'application/json',
      data: { inputs: [] },
    });
  });

  it('says how many were taken, where one is refused', async () => {
    answer = (response, count) => response.writeHead(count === 4 ? 503 : 202).end();
    expect(await sink().write(eventsOf(0, 10))).toBe(3);
  });

  it.each([
    [503, {}, 'server.unreachable', true, 0],
    [429, { 'retry-after': '7' }, 'server.unreachable', true, 7_000],
    [503, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, 'server.unreachable', true, 0],
    [400, {}, 'inference.answer', false, undefined],
    [404, {}, 'inference.answer', false, undefined],
    [302, { location: 'http://127.0.0.1:1/' }, 'inference.answer', false, undefined],
  ])('takes a %i %j for %s', async (status, headers, code, retryable, after) => {
    answer = response => response.writeHead(status, headers).end();
    const failed = sink().write(eventsOf(0, 1));
    await expect(failed).rejects.toMatchObject({ code, retryable, after });
    expect(received).toHaveLength(1);
  });

  it('gives up where nobody answers in time, or nobody is there', async () => {
    let isAsked: () => void = () => {};
    const asked = new Promise<void>(resolve => {
      isAsked = resolve;
    });
    answer = () => isAsked();
    const failed = sink().write(eventsOf(0, 1));
    failed.catch(() => {});
    await asked;
    await clock.advance(10_000);
    await expect(failed).rejects.toMatchObject({ code: 'server.unreachable', retryable: true });
    const gone = sink();
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
    await expect(gone.write(eventsOf(0, 1))).rejects.toMatchObject({ code: 'server.unreachable' });
  });

  it('stops what is under way when it closes', async () => {
    answer = () => void own.close();
    const own = sink();
    await expect(own.write(eventsOf(0, 1))).rejects.toMatchObject({ code: 'server.stopping' });
  });
});
