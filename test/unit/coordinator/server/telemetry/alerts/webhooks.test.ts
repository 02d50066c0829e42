import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { alertsSchema } from '@murmuration/coordinator/telemetry/alerts/settings';
import { Webhooks } from '@murmuration/coordinator/telemetry/alerts/webhooks/webhooks';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { Alert } from '@murmuration/rounds/events/alert';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { Webhook as Verifier } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const root = 'https://learn.example.org';

const alert: Alert = {
  id: 'rounds-failing:line:1767225600000',
  rule: 'rounds-failing',
  severity: 'critical',
  task: 'line' as never,
  summary: 'The last 3 rounds of line failed.',
  advice: 'Look at them.',
  page: '/#/fleet/rounds/line/3',
  since: Date.UTC(2026, 0, 1),
  resolvedAt: null,
};

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server;
let url: string;
let received: Received[];
/** Answers of the receiver: a status, or null for silence. The last one goes on. */
let answers: (number | null)[];
let events: CoordinatorEvents;
let notices: (string | null)[];
let clock: VirtualClock;
let webhooks: Webhooks;

/** Ends once `count` requests have come, in all. */
async function requests(count: number): Promise<void> {
  while (received.length < count) await once(server, 'taken');
}

beforeEach(async () => {
  received = [];
  answers = [204];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    const status = answers.length > 1 ? answers.shift()! : answers[0]!;
    if (status !== null) response.writeHead(status, { location: `${url}elsewhere` }).end();
    server.emit('taken');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=of-the-address`;
  clock = new VirtualClock();
  events = new CoordinatorEvents();
  notices = [];
  events.on('notice', (_, failure) => notices.push(failure));
});

afterEach(async () => {
  webhooks.close();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function open(firing: readonly Alert[] = [], isSilenced: (alert: Alert) => boolean = () => false): void {
  const settings = alertsSchema.parse({ webhooks: [{ url, secret }] }).webhooks;
  webhooks = new Webhooks(settings, { clock, random: length => new Uint8Array(length), events });
  webhooks.open(firing, root, isSilenced);
}

/** Ends once so many notices were delivered or given up. */
async function settled(count: number): Promise<void> {
  while (notices.length < count) await once(events, 'notice');
}

/** Ends once an attempt has failed, and the next one waits for its time. */
async function failed(): Promise<string> {
  while (webhooks.states[0]!.failure === null || clock.pending === 0)
    await new Promise<void>(resolve => setImmediate(resolve));
  return webhooks.states[0]!.failure!;
}

describe('a webhook', () => {
  it('is told nothing of what is silenced', async () => {
    open([alert], ({ id }) => id === alert.id);
    events.emit('alert', { ...alert, id: 'another' });
    await settled(1);
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(['another:raised']);
  });

  it('can be tried, and says how that went', async () => {
    open();
    const { host } = new URL(url);
    expect(await webhooks.test(host)).toEqual({ isDelivered: true });
    expect(JSON.parse(received[0]!.body)).toMatchObject({ type: 'webhook.test' });
    expect(webhooks.states[0]).toMatchObject({ deliveredAt: clock.now(), failure: null });
    expect(await webhooks.test('elsewhere.example')).toBeUndefined();
  });

  it('is told what began and what is over, in order, signed by the Standard Webhooks specification', async () => {
    open([alert]);
    events.emit('alert', { ...alert, resolvedAt: alert.since + 60_000 });
    await settled(2);
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([
      `${alert.id}:raised`,
      `${alert.id}:resolved`,
    ]);
    expect(JSON.parse(received[0]!.body)).toEqual({
      type: 'alert.raised',
      timestamp: '2026-01-01T00:00:00.000Z',
      data: {
        id: alert.id,
        rule: 'rounds-failing',
        severity: 'critical',
        task: 'line',
        summary: alert.summary,
        advice: alert.advice,
        link: 'https://learn.example.org/#/fleet/rounds/line/3',
        since: '2026-01-01T00:00:00.000Z',
        resolvedAt: null,
      },
    });
    expect(JSON.parse(received[1]!.body)).toMatchObject({ type: 'alert.resolved' });
    expect(webhooks.states).toEqual([{ host: new URL(url).host, deliveredAt: clock.now(), failure: null }]);
  });

  it('can be verified with the library of that specification, and not once a byte has changed', async () => {
    // The library compares the time with the system's.
    clock = new VirtualClock(Date.now());
    open([alert]);
    await settled(1);
    const { headers, body } = received[0]!;
    const verifier = new Verifier(secret);
    expect(verifier.verify(body, headers as Record<string, string>)).toMatchObject({ type: 'alert.raised' });
    expect(() => verifier.verify(`${body} `, headers as Record<string, string>)).toThrow();
  });

  it('that fails is told again later and later, with the same id and a new signature', async () => {
    answers = [500, 429, 204];
    open([alert]);
    await requests(1);
    expect(await failed()).toBe('HTTP 500');
    await clock.advance(4_999);
    expect(received).toHaveLength(1);
    await clock.advance(1);
    await requests(2);
    await failed();
    await clock.advance(30_000);
    await settled(1);
    expect(notices).toEqual([null]);
    const [first, , third] = received;
    expect(third!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(third!.headers['webhook-signature']).not.toBe(first!.headers['webhook-signature']);
    expect(webhooks.states[0]!.failure).toBeNull();
  });

  it('that refuses, or answers with a redirect, is told nothing more of that notice, and nobody else is', async () => {
    answers = [302, 410, 204];
    open([alert, alert, alert]);
    await settled(3);
    expect(notices).toEqual([expect.stringContaining('a redirect, which is not followed'), 'HTTP 410', null]);
    expect(received).toHaveLength(3);
  });

  it('that is silent is given up for this time, and tried again', async () => {
    answers = [null, 204];
    open([alert]);
    await requests(1);
    await clock.advance(10_000);
    expect(await failed()).toBe('no answer within 10 s');
    await clock.advance(5_000);
    await settled(1);
    expect(notices).toEqual([null]);
  });

  it('that is not there is given up in the end, by the code of the error alone', async () => {
    server.close();
    await once(server, 'close');
    open([alert]);
    for (const pause of [5_000, 30_000, 300_000, 1_800_000, 5_400_000]) {
      expect(await failed()).toBe('ECONNREFUSED');
      await clock.advance(pause);
    }
    await settled(1);
    expect(notices).toEqual(['ECONNREFUSED']);
    server.listen(0);
    await once(server, 'listening');
  });

  it('has a bounded number of notices that wait: the oldest ones give way', async () => {
    answers = [null];
    open(Array.from({ length: 103 }, () => alert));
    expect(notices).toHaveLength(2);
    expect(notices[0]).toContain('more than 100 notices wait');
    await requests(1);
  });

  it('is told nothing after the end', async () => {
    answers = [500];
    open([alert]);
    await requests(1);
    await failed();
    webhooks.close();
    expect(clock.pending).toBe(0);
    events.emit('alert', alert);
    await clock.advance(60_000);
    expect(received).toHaveLength(1);
  });
});

describe('the settings of a webhook', () => {
  it('show neither its secret nor its address, however they are written out', () => {
    open();
    const [settings] = alertsSchema.parse({ webhooks: [{ url, secret }] }).webhooks;
    for (const text of [
      JSON.stringify(settings),
      inspect(settings, { depth: 9 }),
      `${settings!.url}${settings!.secret}`,
    ])
      expect(text).not.toMatch(/whsec_|of-the-address/);
    expect(settings!.url.reveal()).toBe(url);
  });

  it.each([
    ['ftp://hooks.example.org/'],
    ['https://user:password@hooks.example.org/'],
    ['https://hooks.example.org/#part'],
    ['hooks.example.org'],
  ])('refuse %s', text => {
    open();
    expect(alertsSchema.safeParse({ webhooks: [{ url: text, secret }] }).success).toBe(false);
  });
});
