import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectProblem, openRoutes, type Scene } from './routes/scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openRoutes();
});

afterEach(() => scene.close());

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
    const response = await scene.get(url);
    expectProblem(response, status, code);
  });

  it('also for another method', async () => {
    expectProblem(await scene.app.inject({ method: 'DELETE', url: '/v1/tasks' }), 404, 'request.not-found');
    expectProblem(await scene.app.inject({ method: 'PUT', url: '/v1/tasks' }), 404, 'request.not-found');
  });

  it('keeps what broke to itself, and reports it', async () => {
    const response = await scene.get('/broken');
    expectProblem(response, 500, 'server.internal');
    expect(response.body).not.toMatch(/secret|var/);
    expect(scene.faults).toEqual([
      ['GET /broken', expect.objectContaining({ message: expect.stringMatching(/secret/) })],
    ]);
  });

  const json = { 'content-type': 'application/json' };

  it.each([
    ['half of a document', '{"a"', json, 400, 'request.invalid', /not JSON.*send one JSON document/],
    ['nothing', '', json, 400, 'request.invalid', /empty; send a JSON document/],
    ['XML', '<a/>', { 'content-type': 'text/xml' }, 415, 'request.unsupported', /of a type.*\/openapi\.json/],
    ['too much', JSON.stringify('a'.repeat(70_000)), json, 413, 'request.too-large', /longer.*send less/],
    [
      'less than is announced',
      '{}',
      { ...json, 'content-length': '5' },
      400,
      'request.invalid',
      /as long as/,
    ],
  ])(
    'in words that say what to do, where no route gets to see the body: %s',
    async (_, payload, headers, status, code, detail) => {
      const response = await scene.app.inject({ method: 'POST', url: '/taken', payload, headers });
      expectProblem(response, status, code);
      expect(response.json().detail).toMatch(detail);
    },
  );

  it('says what is wrong with a damaged address', async () => {
    const response = await scene.get('/%ff');
    expectProblem(response, 400, 'request.invalid');
    expect(response.json().detail).toMatch(/^The address is damaged: each %/);
  });

  it('names what is invalid', async () => {
    const { detail } = (await scene.get('/v1/tasks/values/rounds?limit=x')).json();
    expect(detail).toMatch(/limit/);
  });
});

it('what a browser asks beforehand is answered, whatever it leaves out', async () => {
  const ask = (headers: Record<string, string>) =>
    scene.app.inject({ method: 'OPTIONS', url: '/v1/tasks', headers });
  expect((await ask({})).statusCode).toBe(204);
  const origin = 'https://app.example';
  const { statusCode, headers } = await ask({ origin, 'access-control-request-method': 'PUT' });
  expect(statusCode).toBe(204);
  expect(headers['access-control-allow-origin']).toBe(origin);
});

it('answers may load nothing, be framed nowhere, and tell browsers little besides', async () => {
  const { headers } = await scene.get('/v1/tasks');
  expect(headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'");
  expect(headers['x-content-type-options']).toBe('nosniff');
  // A phone that checks in reads these four times.
  const bytes = Object.entries(headers).reduce(
    (sum, [name, value]) => sum + `${name}: ${value}\r\n`.length,
    0,
  );
  expect(bytes).toBeLessThan(800);
});

describe('the OpenAPI document', () => {
  it('has every route that is not hidden, each with its answers', async () => {
    const document = (await scene.app.describe()) as unknown as {
      openapi: string;
      info: object;
      paths: Record<
        string,
        Record<string, { summary: string; parameters?: { name: string; in: string }[]; responses: object }>
      >;
    };
    expect(document.openapi).toMatch(/^3\./);
    expect(document.info).toEqual({
      title: 'Murmuration coordinator',
      version: expect.any(String),
      description: expect.stringContaining('parameter'),
    });
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
      'GET /v1/tasks/{task}/model.json',
      'GET /v1/tasks/{task}/models',
      'GET /v1/tasks/{task}/rounds',
      'GET /v1/tasks/{task}/vocabulary',
      'GET /v1/tasks/{task}/{weights}',
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

  it('refers only to what it holds', async () => {
    const document = await scene.app.describe();
    const text = JSON.stringify(document);
    for (const [, path] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = path!
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document);
      expect(target, path).toBeDefined();
    }
  });
});
