// @module-tag postgresql
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { FederatedClient } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { type FetchedFront, fetchFront } from '@murmuration/coordinator/fetch';
import { connectionsPath } from '@murmuration/protocol/messages/polling';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { openPostgresql } from '@murmuration/sql/postgresql/open';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresqlServer } from '../postgresql-server.ts';
import { enrolmentToken, eventOf, lineOptions, lineTask } from './line.ts';
import { PollingDevice } from './polling-device.ts';

/** A request as it is brought, and its answer. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}
interface Answered {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

let postgresql: PostgresqlServer;
let folder: string;
let storage: string;
let cell: Coordinator;
let own: FetchedFront;
let ofExamples: FetchedFront;
let lambda: (event: object, context: object) => Promise<Record<string, never>>;
let functions: Server;
let door: Server;
let url: string;
/** Which platform answered what. */
let asked: { readonly by: string; readonly what: string; readonly status: number }[];

const optionsOf = ({ method, headers, body }: Asked): RequestInit => ({
  method,
  headers,
  ...(body.length > 0 && { body: new Uint8Array(body) }),
});

async function answered(response: Response): Promise<Answered> {
  const { status, headers } = response;
  return { status, headers: Object.fromEntries(headers), body: Buffer.from(await response.arrayBuffer()) };
}

const platforms: Readonly<Record<string, (asked: Asked) => Promise<Answered>>> = {
  'a fetch handler': async asked =>
    answered(await own.fetch(new Request(`https://learn.example.org${asked.path}`, optionsOf(asked)))),

  async 'AWS Lambda'({ method, path, headers, body }) {
    const { pathname, search } = new URL(path, 'http://learn.example.org');
    const answer = await lambda(
      {
        version: '2.0',
        rawPath: pathname,
        rawQueryString: search.slice(1),
        queryStringParameters: Object.fromEntries(new URLSearchParams(search)),
        headers: { ...headers, 'content-length': String(body.length) },
        requestContext: { http: { method, path: pathname, sourceIp: '203.0.113.7' } },
        ...(body.length > 0 && { body: body.toString('base64'), isBase64Encoded: true }),
      },
      {},
    );
    const {
      statusCode,
      headers: given,
      body: text = '',
      isBase64Encoded,
    } = answer as never as {
      statusCode: number;
      headers: Record<string, string>;
      body?: string;
      isBase64Encoded: boolean;
    };
    return {
      status: statusCode,
      headers: given,
      body: Buffer.from(text, isBase64Encoded ? 'base64' : 'utf8'),
    };
  },

  async 'Google Cloud Functions'(asked) {
    const { port } = functions.address() as AddressInfo;
    return answered(await fetch(`http://127.0.0.1:${port}${asked.path}`, optionsOf(asked)));
  },
};

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

beforeAll(async () => {
  postgresql = await PostgresqlServer.start();
  folder = await mkdtemp(join(tmpdir(), 'murmuration-fronts-'));
  storage = await postgresql.freshDatabase();
  const config = { storage, log: 'silent', enrolmentTokens: [enrolmentToken], trustedProxies: ['127.0.0.1'] };
  cell = await createCoordinator(parseConfig({ ...config, role: 'cell', port: 0 }), [lineTask()], {
    clock: systemClock,
    random: systemRandom,
  });
  own = await fetchFront(parseConfig({ ...config, role: 'front' }));
  process.env.CONFIG = join(folder, 'front.json');
  await writeFile(process.env.CONFIG, JSON.stringify(config));
  const examples = new URL('../../examples/serverless/', import.meta.url).href;
  lambda = (await import(/* @vite-ignore */ `${examples}front-lambda.js`)).handler;
  await import(/* @vite-ignore */ `${examples}front-functions.js`);
  ofExamples = (await import(/* @vite-ignore */ `${examples}front.js`)).front;
  functions = getTestServer('front').listen(0, '127.0.0.1');
  // Else it may end a connection in the moment in which the door sends a request on it.
  functions.keepAliveTimeout = 0;
  await once(functions, 'listening');
  asked = [];
  const names = Object.keys(platforms);
  door = createServer(async (request, response) => {
    const by = names[asked.length % names.length]!;
    const { method = '', url: path = '', headers } = request;
    const place = asked.push({ by, what: `${method} ${path.split('?', 1)[0]}`, status: 0 }) - 1;
    const { connection: _, 'transfer-encoding': __, 'content-length': ___, ...passed } = headers;
    const body = await bodyOf(request);
    const answer = await platforms[by]!({ method, path, headers: passed as Record<string, string>, body });
    asked[place] = { ...asked[place]!, status: answer.status };
    const { 'transfer-encoding': ____, connection: _____, ...given } = answer.headers;
    response.writeHead(answer.status, given).end(answer.body);
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  url = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
});

afterAll(async () => {
  delete process.env.CONFIG;
  door?.closeAllConnections();
  door?.close();
  functions?.closeAllConnections();
  functions?.close();
  await own?.close();
  await ofExamples?.close();
  await cell?.stop();
  await postgresql?.remove();
  await rm(folder, { recursive: true });
});

describe('functions that are fronts', () => {
  it('HT8: have devices of the SDK take part in a round, each of whose requests another one answers', async () => {
    const errors: string[] = [];
    const clients = [0, 1, 2].map(
      index => new FederatedClient({ ...lineOptions(url, index), transport: 'http' }),
    );
    for (const client of clients) client.on('error', ({ code }) => errors.push(code));
    const published = eventOf(cell.events, 'version');
    await cell.start();
    await Promise.all(clients.map(client => client.start()));
    await published;
    await Promise.all(clients.map(client => client.stop()));
    const used = new Set(asked.map(({ by }) => by));
    expect(used).toEqual(new Set(Object.keys(platforms)));
    const taken = (what: string) => asked.filter(each => each.what === what && each.status === 200);
    for (const event of ['enrol', 'hello', 'check-in'])
      expect(taken(`POST /v1/connection/${event}`).length).toBeGreaterThanOrEqual(3);
    expect(asked.filter(({ what }) => what === `POST ${connectionsPath}`).length).toBeGreaterThanOrEqual(3);
    expect(errors).toEqual([]);
  });

  it.each(Object.keys(platforms))('give the same models, and the same refusals, as %s', async by => {
    const ask = (path: string, headers: Record<string, string> = {}) =>
      platforms[by]!({
        method: 'GET',
        path,
        headers: { host: 'learn.example.org', ...headers },
        body: Buffer.alloc(0),
      });
    const list = await ask('/v1/tasks/line/models?limit=1');
    const { models } = JSON.parse(list.body.toString()) as { models: { url: string }[] };
    const json = await ask(models[0]!.url);
    expect(json.headers['cache-control']).toContain('immutable');
    const [group] = (JSON.parse(json.body.toString()) as { weightsManifest: { paths: string[] }[] })
      .weightsManifest;
    const path = models[0]!.url.replace('model.json', group!.paths[0]!);
    const weights = await ask(path);
    const there = await fetch(cell.url + path);
    expect(weights.body).toEqual(Buffer.from(await there.arrayBuffer()));
    expect(JSON.parse((await ask('/v1/tasks/digits')).body.toString())).toMatchObject({
      code: 'task.unknown',
    });
    const poll = await ask('/v1/connection/messages?after=1', { authorization: 'Bearer nobody' });
    expect(poll.status).toBe(404);
    expect(JSON.parse(poll.body.toString())).toMatchObject({ code: 'request.not-found' });
  });

  it('go on where the database has ended all their connections, as while they were stopped', async () => {
    await cell.stop();
    const outside = await openPostgresql(storage);
    await sql`
      select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`.execute(outside.rows);
    await outside.close();
    const device = new PollingDevice(url);
    await device.open();
    await device.challenged();
    await device.enrol();
    await device.hello();
    // A function that read where tasks are just before goes by that for a moment, and leads to the cell that was there.
    await expect
      .poll(() => device.checkIn().catch((error: Error) => error.message))
      .toMatchObject({ decision: 'later', reason: expect.stringContaining('another cell') });
  });
});
