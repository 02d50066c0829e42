import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { connectionHeader, keyHeader } from '@murmuration/protocol/messages/polling';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorTokens, textOf } from '../../../../attacks/operators.ts';
import { enrolmentToken, lineTask } from '../../../../e2e/line.ts';
import { pathValues } from './path-values.ts';

interface Operation {
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: unknown;
  readonly responses?: Readonly<Record<string, unknown>>;
}

const asAdmin = { authorization: `Bearer ${textOf('admin')}` };
let coordinator: Coordinator;
let routes: readonly (Operation & { readonly method: string; readonly path: string })[];

beforeAll(async () => {
  const config = parseConfig({
    port: 0,
    log: 'silent',
    enrolmentTokens: [enrolmentToken],
    operatorTokens,
    limits: { requestsPerAddress: 100_000 },
  });
  const surroundings = { clock: systemClock, random: systemRandom };
  coordinator = await createCoordinator(config, [lineTask()], surroundings);
  const { paths } = (await (await fetch(`${coordinator.url}/openapi.json`, { headers: asAdmin })).json()) as {
    paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  };
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
    })),
  );
});
afterAll(() => coordinator.stop());

const pathOf = (path: string) =>
  path.replace(/\{(\*|\w+)\}/g, (_, name: string) => pathValues[name] ?? 'one');

/** What is answered at an address as an admin; the body, where there is one, is nothing that a route takes. */
async function ask(method: string, path: string, headers: Readonly<Record<string, string>> = asAdmin) {
  const response = await fetch(coordinator.url + path, {
    method,
    headers,
    redirect: 'manual',
  });
  const text = await response.text();
  const { code, detail } = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>;
  return { status: response.status, code, detail: String(detail ?? '') };
}

/** Of our own API, as THREAT_MODEL and the reference have it. */
const isOwn = (path: string) =>
  /^\/v1\/(?:admin|tasks|rounds|connections?)(?:\/|$)/.test(path) &&
  !/\/(?:model\.json|\{weights\}|triggers\/\{name\})$/.test(path.replace('/v1/admin/', '/'));
/** Admitted before anything else of the address is read: by the token of a connection, or of an assignment. */
const isAdmittedFirst = (method: string, path: string) =>
  method !== 'GET' && /^\/v1\/(?:rounds|connection)\//.test(path);

describe('a parameter that an address does not have', () => {
  it('CH11: is refused on every route of our own that takes no body, and named', async () => {
    const others: unknown[] = [];
    let refused = 0;
    for (const { method, path, requestBody, parameters = [], responses } of routes) {
      if (!isOwn(path)) continue;
      expect(responses, path).toHaveProperty('400');
      if (requestBody || isAdmittedFirst(method, path)) continue;
      const needed = parameters.flatMap(({ in: place, name, required }) =>
        place === 'query' && required ? [`&${name}=1`] : [],
      );
      const { status, code, detail } = await ask(method, `${pathOf(path)}?nosuch=1${needed.join('')}`);
      refused++;
      const isTold = detail.includes('There is no parameter "nosuch"') && !detail.includes('Did you mean');
      if (status !== 400 || code !== 'request.invalid' || !isTold)
        others.push([method, path, status, code, detail]);
    }
    expect(others).toEqual([]);
    expect(refused).toBeGreaterThan(50);
  });

  it('changes nothing where files are, and where clients of others ask', async () => {
    const others: unknown[] = [];
    let asked = 0;
    for (const { method, path } of routes) {
      if (isOwn(path)) continue;
      const plain = await ask(method, pathOf(path));
      const given = await ask(method, `${pathOf(path)}?nosuch=1&v=2`);
      asked++;
      if (plain.status !== given.status || plain.detail !== given.detail)
        others.push([method, path, plain, given]);
    }
    expect(others).toEqual([]);
    expect(asked).toBeGreaterThan(30);
    for (const path of ['/', '/health/live', '/metrics', '/openapi.json', '/v1/tasks/line/model.json'])
      expect((await ask('GET', `${path}?v=1`)).status, path).not.toBe(400);
  });

  it.each([
    ['/v1/tasks/line/rounds?limt=5', 'There is no parameter "limt". Did you mean "limit"?'],
    ['/v1/admin/tasks/line/rounds?befor=3&limit=2', 'There is no parameter "befor". Did you mean "before"?'],
    [
      '/v1/admin/audit?from=3',
      'There is no parameter "from". This address takes "before", "limit", "action".',
    ],
    ['/v1/tasks?limit=3', 'There is no parameter "limit". This address takes none.'],
    ['/v1/tasks?__proto__=3', 'There is no parameter "__proto__". This address takes none.'],
    [
      '/v1/tasks/line/rounds?limt=5&limit=0',
      'limit is "0"; it has to be a whole number from 1 to 200. There is no parameter "limt". Did you mean "limit"?',
    ],
  ])('says which one is meant, or which there are: %s', async (path, detail) => {
    expect(await ask('GET', path)).toEqual({ status: 400, code: 'request.invalid', detail });
  });

  it('CH11: is refused of a device as well, once it is known by its connection', async () => {
    const opened = await fetch(`${coordinator.url}/v1/connections`, { method: 'POST' });
    const authorization = `Bearer ${opened.headers.get(connectionHeader)}`;
    const headers = { authorization, [keyHeader]: 'one', 'content-type': 'application/octet-stream' };
    expect(await ask('POST', '/v1/connection/hello?sdk=1.2.3', headers)).toEqual({
      status: 400,
      code: 'request.invalid',
      detail: 'There is no parameter "sdk". This address takes none.',
    });
    expect(await ask('GET', '/v1/connection/messages?after=0&wiat=1', { authorization })).toEqual({
      status: 400,
      code: 'request.invalid',
      detail: 'There is no parameter "wiat". Did you mean "wait"?',
    });
    expect((await ask('GET', '/v1/connection/messages?after=0&wait=1', { authorization })).status).toBe(200);
  });

  it('is told nobody who may not come in', async () => {
    expect((await ask('GET', '/v1/admin/audit?limt=5', {})).status).toBe(401);
  });

  it('is refused where a body is taken, once that is right', async () => {
    const post = (query: string) =>
      fetch(`${coordinator.url}/v1/admin/tasks/line/pause${query}`, {
        method: 'POST',
        headers: { ...asAdmin, 'content-type': 'application/json' },
        body: JSON.stringify({ reason: 'maintenance' }),
      });
    const refused = await post('?until=tomorrow');
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      code: 'request.invalid',
      detail: 'There is no parameter "until". This address takes none.',
    });
    expect((await post('')).status).toBe(200);
  });
});
