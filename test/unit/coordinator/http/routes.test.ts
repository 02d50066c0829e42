import { type App, createApp } from '@murmuration/coordinator/http/app';
import { healthRoutes } from '@murmuration/coordinator/http/routes/health';
import { modelRoutes } from '@murmuration/coordinator/http/routes/models';
import { taskRoutes } from '@murmuration/coordinator/http/routes/tasks';
import { updateRoutes } from '@murmuration/coordinator/http/routes/updates';
import { Traffic } from '@murmuration/coordinator/monitor/traffic';
import type { VerdictStore } from '@murmuration/coordinator/registry/verdicts';
import { memoryVerdicts } from '@murmuration/coordinator/storage/memory-access';
import { base64url } from '@murmuration/protocol/bytes';
import { MurmurationError } from '@murmuration/protocol/errors';
import type { DeviceId, RoundId } from '@murmuration/protocol/ids';
import { updatePath } from '@murmuration/protocol/messages/channel';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boundsOf } from '../bounds.ts';
import { deviceId, type Federation, openFederation, updateOf } from '../federation.ts';

let app: App;
let federation: Federation;
let traffic: Traffic;
let verdicts: VerdictStore;
let ready: boolean;
let refused: string[];
let revoked: Set<DeviceId>;

beforeEach(async () => {
  federation = await openFederation();
  traffic = new Traffic();
  verdicts = memoryVerdicts();
  ready = true;
  refused = [];
  revoked = new Set();
  federation.events.on('refused', (_, code) => refused.push(code));
  app = await createApp({ ...boundsOf(federation), cors: ['https://app.example'] });
  const { rounds, history, registry, task } = federation;
  healthRoutes(app, () => ready);
  taskRoutes(app, new Map([[task.name as string, rounds]]), history, verdicts);
  modelRoutes(app, registry, history, traffic);
  updateRoutes(
    app,
    round => {
      const driver = rounds.find(round);
      if (!driver) throw new MurmurationError('round.unknown');
      return driver;
    },
    traffic,
    boundsOf(federation).limits,
    device => revoked.has(device),
  );
  app.get('/broken', { schema: { hide: true } }, () => {
    throw new Error('The secret path /var/lib broke.');
  });
  await app.ready();
});

afterEach(async () => {
  await federation.rounds.stop();
  await app.close();
});

const get = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: 'GET', url, headers });

function expectProblem(response: Awaited<ReturnType<typeof get>>, status: number, code: string): void {
  expect(response.statusCode).toBe(status);
  expect(response.headers['content-type']).toBe('application/problem+json');
  expect(response.json()).toEqual({
    type: `urn:murmuration:error:${code}`,
    title: expect.stringMatching(/.+\.$/),
    status,
    detail: expect.stringMatching(/.+/),
    instance: expect.stringMatching(/^\//),
    code,
    retryable: response.headers['retry-after'] !== undefined,
  });
}

async function beginRound(): Promise<Assignment[]> {
  await federation.rounds.start();
  await federation.clock.advance(0);
  for (let i = 0; i < 5; i++) federation.checkIn(deviceId(i));
  return [...federation.channel.assignments.values()];
}

function put(
  part: Pick<Assignment, 'round' | 'assignment' | 'token'>,
  body: Uint8Array,
  headers: Record<string, string> = {},
) {
  return app.inject({
    method: 'PUT',
    url: updatePath(part.round, part.assignment),
    headers: {
      'content-type': 'application/octet-stream',
      authorization: `Bearer ${base64url(part.token)}`,
      ...headers,
    },
    payload: Buffer.from(body),
  });
}

describe('everything that goes wrong is a problem document', () => {
  it.each([
    ['/nothing', 404, 'request.not-found'],
    ['/v1/tasks/none', 404, 'task.unknown'],
    ['/v1/tasks/none/rounds', 404, 'task.unknown'],
    ['/v1/tasks/none/models', 404, 'task.unknown'],
    ['/v1/tasks/NONE', 400, 'request.invalid'],
    ['/v1/tasks/values/rounds?limit=0', 400, 'request.invalid'],
    ['/v1/tasks/values/rounds?limit=201', 400, 'request.invalid'],
    ['/v1/tasks/values/models?before=-1', 400, 'request.invalid'],
    ['/v1/tasks/values/models?before=x', 400, 'request.invalid'],
    [`/v1/models/${'0'.repeat(64)}/model.json`, 404, 'model.missing'],
    ['/v1/models/0/model.json', 400, 'request.invalid'],
    [`/v1/models/${'0'.repeat(64)}/${'0'.repeat(64)}.bin`, 404, 'model.missing'],
    [`/v1/models/${'0'.repeat(64)}/..%2f..%2fetc%2fpasswd`, 400, 'request.invalid'],
    ['/v1/models/%zz/model.json', 400, 'request.invalid'],
    [`/v1/tasks/${'a'.repeat(200)}`, 400, 'request.invalid'],
  ])('%s', async (url, status, code) => {
    const response = await get(url);
    expectProblem(response, status, code);
  });

  it('also for another method', async () => {
    expectProblem(await app.inject({ method: 'DELETE', url: '/v1/tasks' }), 404, 'request.not-found');
    expectProblem(await app.inject({ method: 'PUT', url: '/v1/tasks' }), 404, 'request.not-found');
  });

  it('keeps what broke to itself, and reports it', async () => {
    const response = await get('/broken');
    expectProblem(response, 500, 'server.internal');
    expect(response.body).not.toMatch(/secret|var/);
    expect(federation.faults).toEqual([
      ['GET /broken', expect.objectContaining({ message: expect.stringMatching(/secret/) })],
    ]);
  });

  it('names what is invalid', async () => {
    const { detail } = (await get('/v1/tasks/values/rounds?limit=x')).json();
    expect(detail).toMatch(/limit/);
  });
});

it('what a browser asks beforehand is answered, whatever it leaves out', async () => {
  const ask = (headers: Record<string, string>) =>
    app.inject({ method: 'OPTIONS', url: '/v1/tasks', headers });
  expect((await ask({})).statusCode).toBe(204);
  const origin = 'https://app.example';
  const { statusCode, headers } = await ask({ origin, 'access-control-request-method': 'PUT' });
  expect(statusCode).toBe(204);
  expect(headers['access-control-allow-origin']).toBe(origin);
});

describe('health', () => {
  it('is live always, ready until it stops', async () => {
    for (const url of ['/health/live', '/health/ready'])
      expect((await get(url)).json()).toEqual({ status: 'ok' });
    ready = false;
    expect((await get('/health/live')).statusCode).toBe(200);
    expectProblem(await get('/health/ready'), 503, 'server.stopping');
  });
});

describe('tasks', () => {
  it('are listed, with the round that is under way', async () => {
    expect((await get('/v1/tasks')).json()).toEqual({
      tasks: [
        {
          name: 'values',
          planVersion: 1,
          strategy: 'fedAvg',
          cohort: { goal: 3, minimum: 2, overSelection: 1.34 },
          round: null,
        },
      ],
    });
    await beginRound();
    expect((await get('/v1/tasks/values')).json()).toMatchObject({ round: { number: 1, phase: 'updates' } });
  });

  it('have rounds, the one under way first, and versions, newest first', async () => {
    for (const part of await beginRound()) {
      if (federation.rounds.current!.state.phase === 'updates') await put(part, updateOf([1, 0, 0, 0]));
    }
    await federation.clock.advance(0);
    const { rounds } = (await get('/v1/tasks/values/rounds')).json();
    expect(rounds).toMatchObject([
      { number: 2, phase: 'gathering', endedAt: null, tally: null },
      { number: 1, phase: 'published', tally: { cohort: 5, accepted: 3, rejected: 0, late: 2, lost: 0 } },
    ]);
    const { models } = (await get('/v1/tasks/values/models')).json();
    expect(models).toMatchObject([
      { number: 1, parent: models[1].model, round: rounds[1].round, contributors: 3 },
      { number: 0, parent: null, round: null, contributors: 0 },
    ]);
    expect(models[0].verdicts).toEqual({ kept: 0, refused: 0 });
    await verdicts.add(new Map([[models[1].model, { kept: 3, refused: 2 }]]));
    models[1].verdicts = { kept: 3, refused: 2 };
    expect((await get('/v1/tasks/values/models?limit=1')).json().models).toEqual([models[0]]);
    expect((await get('/v1/tasks/values/models?before=1')).json().models).toEqual([models[1]]);
    expect((await get('/v1/tasks/values/rounds?before=2')).json().rounds).toEqual([rounds[1]]);
    for (const { url } of models) expect((await get(url)).statusCode).toBe(200);
  });
});

describe('model files', () => {
  let url: string;
  let etag: string;
  const size = 16;

  beforeEach(async () => {
    const { models } = (await get('/v1/tasks/values/models')).json();
    const [group] = (await get(models[0].url)).json().weightsManifest;
    url = models[0].url.replace('model.json', group.paths[0]);
    etag = `"${group.paths[0].slice(0, 64)}"`;
  });

  const down = () => traffic.of(federation.task.name).down;

  it('may be kept for ever', async () => {
    const response = await get(url);
    expect(response.headers).toMatchObject({
      etag,
      'cache-control': 'public, max-age=31536000, immutable',
      'accept-ranges': 'bytes',
      'content-type': 'application/octet-stream',
      'content-length': '16',
    });
    expect(response.rawPayload).toEqual(Buffer.alloc(size));
  });

  it.each([
    [{ 'if-none-match': 'ETAG' }, 304, 0],
    [{ 'if-none-match': '"other", W/ETAG' }, 304, 0],
    [{ 'if-none-match': '*' }, 304, 0],
    [{ 'if-none-match': '"other"' }, 200, 16],
    [{ range: 'bytes=4-7' }, 206, 4],
    [{ range: 'bytes=4-' }, 206, 12],
    [{ range: 'bytes=-4' }, 206, 4],
    [{ range: 'bytes=0-99' }, 206, 16],
    [{ range: 'bytes=0-1,8-9' }, 200, 16],
    [{ range: 'lines=0-1' }, 200, 16],
    [{ range: 'nonsense' }, 200, 16],
    [{ range: 'bytes=4-7', 'if-range': 'ETAG' }, 206, 4],
    [{ range: 'bytes=4-7', 'if-range': '"other"' }, 200, 16],
  ])('answer %j with %i, and count what they send', async (headers, status, bytes) => {
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('ETAG', etag)]),
    );
    const before = down();
    const response = await get(url, sent);
    expect(response.statusCode).toBe(status);
    expect(response.rawPayload).toHaveLength(bytes);
    expect(down() - before).toBe(bytes);
    if (status === 206) expect(response.headers['content-range']).toMatch(/^bytes \d+-\d+\/16$/);
    if (status === 304) expect(response.headers.etag).toBe(etag);
  });

  it.each(['bytes=16-', 'bytes=7-4'])('refuse the range %s, which no cache may keep', async range => {
    const before = down();
    const response = await get(url, { range });
    expectProblem(response, 416, 'request.range');
    expect(response.headers['content-range']).toBe('bytes */16');
    expect(response.headers['cache-control']).toBe('no-store');
    expect(down() - before).toBe(0);
  });

  it('answer HEAD with no body, which counts as none', async () => {
    const before = down();
    const response = await app.inject({ method: 'HEAD', url });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-length']).toBe('16');
    expect(response.rawPayload).toHaveLength(0);
    expect(down()).toBe(before);
  });

  it('belong to their version', async () => {
    const [, , , model] = url.split('/');
    expectProblem(await get(`/v1/models/${model}/${'0'.repeat(64)}.bin`), 404, 'model.missing');
    expectProblem(await get(url.replace(model!, '0'.repeat(64))), 404, 'model.missing');
  });

  it('are for pages of the origins that are listed', async () => {
    const listed = await get(url, { origin: 'https://app.example' });
    expect(listed.headers['access-control-allow-origin']).toBe('https://app.example');
    expect(listed.headers['access-control-expose-headers']).toMatch(/etag/);
    const other = await get(url, { origin: 'https://evil.example' });
    expect(other.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('uploads', () => {
  it('count once, and the same again gets the same receipt', async () => {
    const [part] = (await beginRound()) as [Assignment];
    const first = await put(part, updateOf([1, 2, 3, 4]));
    expect(first.statusCode).toBe(200);
    expect(first.json()).toEqual({ round: part.round, assignment: part.assignment, counted: true });
    expect((await put(part, updateOf([1, 2, 3, 4]))).json()).toEqual(first.json());
    expectProblem(await put(part, updateOf([4, 3, 2, 1])), 409, 'update.repeated');
    expect(traffic.of(federation.task.name).up).toBe(3 * 64);
  });

  it.each([
    ['an unknown round', { round: 'R'.repeat(22) }, {}, 404, 'round.unknown'],
    ['an unknown assignment', { assignment: 'A'.repeat(22) }, {}, 404, 'assignment.unknown'],
    ['a bad round id', { round: 'R' }, {}, 400, 'protocol.id'],
    ['a bad assignment id', { assignment: 'A'.repeat(23) }, {}, 400, 'protocol.id'],
    ['another token', { token: new Uint8Array(32) }, {}, 403, 'assignment.token'],
    ['no token', {}, { authorization: '' }, 403, 'assignment.token'],
    ['another scheme', {}, { authorization: 'Basic AAAA' }, 403, 'assignment.token'],
    ['a wrong length', {}, { 'content-length': '63' }, 422, 'update.wrong-length'],
    ['a length of half a gibibyte', {}, { 'content-length': '536870912' }, 422, 'update.wrong-length'],
    ['no number for a length', {}, { 'content-length': 'many' }, 422, 'update.wrong-length'],
    ['another content type', {}, { 'content-type': 'text/plain' }, 415, 'request.unsupported'],
    ['an unknown content type', {}, { 'content-type': 'image/png' }, 415, 'request.unsupported'],
  ])('with %s are refused', async (_, change, headers, status, code) => {
    const [part] = (await beginRound()) as [Assignment];
    const state = federation.rounds.current!.state;
    expectProblem(
      await put({ ...part, ...change } as Assignment, updateOf([1, 0, 0, 0]), headers),
      status,
      code,
    );
    expect(federation.rounds.current!.state).toBe(state);
    expect(refused).toEqual([code]);
  });

  it('of a device that is revoked are refused before they are read, to whoever has its token', async () => {
    const [part] = (await beginRound()) as [Assignment];
    for (let i = 0; i < 5; i++) revoked.add(deviceId(i));
    const state = federation.rounds.current!.state;
    expectProblem(await put(part, updateOf([1, 0, 0, 0]), { 'content-length': '63' }), 403, 'device.revoked');
    expectProblem(
      await put({ ...part, token: new Uint8Array(32) }, updateOf([1, 0, 0, 0])),
      403,
      'assignment.token',
    );
    expect(federation.rounds.current!.state).toBe(state);
  });

  it('of a round that is over are refused', async () => {
    const [part] = (await beginRound()) as [Assignment];
    federation.rounds.current!.abort('stopped');
    await federation.clock.advance(0);
    expectProblem(await put(part, updateOf([1, 0, 0, 0])), 409, 'round.closed');
  });

  it('may come from pages of the origins that are listed', async () => {
    const response = await app.inject({
      method: 'OPTIONS',
      url: updatePath('R'.repeat(22) as RoundId, 'A'.repeat(22)),
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(response.statusCode).toBe(204);
    expect(response.headers['access-control-allow-methods']).toMatch(/PUT/);
    expect(response.headers['access-control-allow-headers']).toMatch(/authorization/);
  });
});

describe('the OpenAPI document', () => {
  it('has every route that is not hidden, each with its answers', () => {
    const document = app.swagger() as unknown as {
      openapi: string;
      info: object;
      paths: Record<
        string,
        Record<string, { summary: string; parameters?: { name: string; in: string }[]; responses: object }>
      >;
    };
    expect(document.openapi).toMatch(/^3\./);
    expect(document.info).toEqual({ title: 'Murmuration coordinator', version: expect.any(String) });
    expect(
      Object.entries(document.paths)
        .flatMap(([path, methods]) => Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`))
        .sort(),
    ).toEqual([
      'GET /health/live',
      'GET /health/ready',
      'GET /v1/models/{model}/model.json',
      'GET /v1/models/{model}/{weights}',
      'GET /v1/tasks',
      'GET /v1/tasks/{task}',
      'GET /v1/tasks/{task}/models',
      'GET /v1/tasks/{task}/rounds',
      'PUT /v1/rounds/{round}/updates/{assignment}',
    ]);
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const operation of Object.values(methods)) {
        expect(operation.summary).toMatch(/.+/);
        expect(Object.keys(operation.responses).length).toBeGreaterThan(0);
        const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
        const described = (operation.parameters ?? [])
          .filter(each => each.in === 'path')
          .map(({ name }) => name);
        expect(described.sort()).toEqual(named);
      }
    }
  });

  it('refers only to what it holds', () => {
    const text = JSON.stringify(app.swagger());
    for (const [, path] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = path!
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], app.swagger());
      expect(target, path).toBeDefined();
    }
  });
});
