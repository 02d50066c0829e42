import { includes, type Role, roles } from '@murmuration/api/role';
import { native } from '@murmuration/protocol/primitives/node';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { type Admin, openAdmin } from './admin.ts';

/** Every route of the admin API, and who may use it at least. */
const expected: Record<string, Role> = {
  'GET /v1/admin/session': 'viewer',
  'DELETE /v1/admin/session': 'viewer',
  'GET /v1/admin/operator': 'viewer',
  'GET /v1/admin/operator-tokens': 'admin',
  'POST /v1/admin/operator-tokens': 'admin',
  'POST /v1/admin/operator-tokens/:token/revoke': 'admin',
  'GET /v1/admin/enrolment-tokens': 'viewer',
  'POST /v1/admin/enrolment-tokens': 'operator',
  'POST /v1/admin/enrolment-tokens/:token/revoke': 'operator',
  'POST /v1/admin/enrolment-tokens/:token/revoke-devices': 'operator',
  'GET /v1/admin/devices': 'viewer',
  'GET /v1/admin/devices/:device': 'viewer',
  'POST /v1/admin/devices/:device/revoke': 'operator',
  'POST /v1/admin/devices/:device/pardon': 'operator',
  'GET /v1/admin/tasks': 'viewer',
  'GET /v1/admin/task-modules': 'admin',
  'POST /v1/admin/tasks': 'admin',
  'POST /v1/admin/tasks/:task/pause': 'operator',
  'POST /v1/admin/tasks/:task/queries/:query/run': 'operator',
  'GET /v1/admin/tasks/:task/vocabulary': 'viewer',
  'POST /v1/admin/tasks/:task/vocabulary/grow': 'operator',
  'POST /v1/admin/tasks/:task/resume': 'operator',
  'POST /v1/admin/tasks/:task/abort-round': 'operator',
  'POST /v1/admin/tasks/:task/start-round': 'operator',
  'GET /v1/admin/tasks/:task/retraining': 'viewer',
  'GET /v1/admin/tasks/:task/runs': 'viewer',
  'GET /v1/admin/tasks/:task/runs/:number': 'viewer',
  'POST /v1/admin/tasks/:task/runs': 'operator',
  'POST /v1/admin/tasks/:task/runs/stop': 'operator',
  'GET /v1/admin/tasks/:task/triggers': 'viewer',
  'GET /v1/admin/alerts': 'viewer',
  'POST /v1/admin/alerts/acknowledge': 'operator',
  'POST /v1/admin/alerts/silence': 'operator',
  'POST /v1/admin/webhooks/test': 'operator',
  'GET /v1/admin/audit': 'viewer',
  'GET /v1/admin/log': 'operator',
  'GET /v1/admin/overview': 'viewer',
  'GET /v1/admin/check-ins': 'viewer',
  'GET /v1/admin/population': 'viewer',
  'GET /v1/admin/tasks/:task/rounds': 'viewer',
  'GET /v1/admin/tasks/:task/rounds/:number': 'viewer',
  'GET /v1/admin/tasks/:task/versions': 'viewer',
  'GET /v1/admin/tasks/:task/versions/:number': 'viewer',
  'GET /v1/admin/tasks/:task/figures': 'viewer',
  'PUT /v1/admin/tasks/:task/aliases/:alias': 'operator',
  'POST /v1/admin/tasks/:task/rollback': 'operator',
  'GET /v1/admin/tasks/:task/experiments': 'viewer',
  'GET /v1/admin/tasks/:task/experiments/:name': 'viewer',
  'POST /v1/admin/tasks/:task/experiments': 'operator',
  'POST /v1/admin/tasks/:task/experiments/:name/promote': 'operator',
  'POST /v1/admin/tasks/:task/experiments/:name/stop': 'operator',
  'GET /v1/admin/tasks/:task/masking': 'viewer',
  'GET /v1/admin/tasks/:task/privacy': 'viewer',
  'GET /v1/admin/tasks/:task/queries': 'viewer',
  'GET /v1/admin/tasks/:task/queries/:query': 'viewer',
  'GET /v1/admin/tasks/:task/pace': 'viewer',
  'GET /v1/admin/tasks/:task/settings': 'viewer',
  'PUT /v1/admin/tasks/:task/settings': 'operator',
  'GET /v1/admin/refusals': 'viewer',
  'GET /v1/admin/monitor': 'viewer',
  'GET /v1/admin/monitor/:model/:version': 'viewer',
  'GET /v1/admin/monitor/:model/:version/windows/:window': 'viewer',
  'POST /v1/admin/monitor/:model/:version/reference': 'operator',
  'PUT /v1/admin/monitor/:model/settings': 'operator',
  'GET /v1/admin/inference': 'viewer',
  'GET /v1/admin/inference-tokens': 'viewer',
  'POST /v1/admin/inference-tokens': 'operator',
  'POST /v1/admin/inference-tokens/:token/revoke': 'operator',
  'POST /v1/admin/inference/models/:model/load': 'operator',
  'POST /v1/admin/inference/models/:model/unload': 'operator',
};

let admin: Admin;

beforeAll(async () => {
  admin = await openAdmin();
});
afterAll(() => admin.close());

/** The one route that whoever has no session yet may use. */
const signIn = 'POST /v1/admin/session';
const closed = () => admin.routes.filter(({ method, url }) => `${method} ${url}` !== signIn);

/** A path of the route that fits its schema, and names nothing that is there. */
const pathOf = (url: string) =>
  url
    .replace('/v1/admin', '')
    .replace(':token', 'T'.repeat(16))
    .replace(':device', 'D'.repeat(22))
    .replace(':task', 'none')
    .replace(':model', 'none')
    .replace(':number', '1')
    .replace(':alias', 'champion');

describe('the admin API', () => {
  it('has these routes, each with its least role, and no others', () => {
    const found = Object.fromEntries(
      admin.routes
        .filter(({ method }) => method !== 'HEAD')
        .map(({ method, url, least }) => [`${method} ${url}`, least]),
    );
    expect(found).toEqual({ ...expected, [signIn]: undefined });
    for (const { url, method, least } of closed())
      if (method === 'HEAD') expect(least).toBe(expected[`GET ${url}`]);
  });

  it('lets nobody in without a token that is valid, on any route, and says how to get in', async () => {
    const expiring = await admin.operators.create({
      name: 'gone',
      role: 'admin',
      expiresAt: admin.clock.now() + 1,
    });
    const revoked = await admin.operators.create({ name: 'fired', role: 'admin', expiresAt: null });
    await admin.operators.revoke(revoked.token.id);
    await admin.clock.advance(1);
    const wrong = {
      none: null,
      empty: { token: '' },
      garbage: { token: 'mmo_' },
      unknown: { token: mintToken('operator', seededRandom(99), native).text },
      'of devices': { token: mintToken('enrolment', seededRandom(99), native).text },
      'with another secret': {
        token: admin.texts.admin.slice(0, -1) + (admin.texts.admin.endsWith('A') ? 'B' : 'A'),
      },
      expired: { token: expiring.text },
      revoked: { token: revoked.text },
    };
    for (const { method, url } of closed()) {
      for (const [name, token] of Object.entries(wrong)) {
        const { status, headers, body } = await admin.ask(method, pathOf(url), token);
        expect([method, url, name, status]).toEqual([method, url, name, 401]);
        expect(headers).toMatchObject({ 'www-authenticate': 'Bearer', 'cache-control': 'no-store' });
        if (method !== 'HEAD') expect(body).toMatchObject({ code: 'operator.unauthenticated' });
      }
    }
    expect(await admin.storage.audit.list(9, 9)).toEqual([]);
  });

  it('lets each role do what it may and no more, on any route', async () => {
    for (const { method, url, least } of closed()) {
      for (const role of roles) {
        const { status, body } = await admin.ask(method, pathOf(url), role);
        const may = includes(role, least!);
        expect([method, url, role, status === 403]).toEqual([method, url, role, !may]);
        if (!may && method !== 'HEAD') expect(body).toMatchObject({ code: 'operator.forbidden' });
        expect(status).not.toBe(401);
        expect(status).toBeLessThan(500);
      }
    }
  });

  it('looks at a token before it looks at anything else of a request', async () => {
    const { status } = await admin.ask('POST', '/operator-tokens', null, { role: 'nonsense' });
    expect(status).toBe(401);
    const response = await admin.app.inject({
      method: 'POST',
      url: '/v1/admin/operator-tokens',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${admin.texts.viewer}` },
      payload: '{ broken',
    });
    expect(response.statusCode).toBe(403);
  });

  it('takes a token from the header alone', async () => {
    const { admin: text } = admin.texts;
    for (const authorization of [`bearer-${text}`, `Basic ${text}`, text, `Bearer  ${text}`]) {
      const response = await admin.app.inject({
        url: `/v1/admin/operator?token=${text}`,
        headers: { authorization, cookie: `token=${text}` },
      });
      expect(response.statusCode).toBe(401);
    }
  });

  it('describes its routes, their roles and how to authenticate', async () => {
    const { paths, components } = (await admin.app.describe()) as unknown as {
      paths: Record<string, Record<string, { description: string; security: object[]; responses: object }>>;
      components: { securitySchemes: object };
    };
    expect(components.securitySchemes).toEqual({
      connectionToken: { type: 'http', scheme: 'bearer' },
      operatorToken: { type: 'http', scheme: 'bearer' },
      session: { type: 'apiKey', in: 'cookie', name: 'murmuration' },
    });
    for (const [route, least] of Object.entries(expected)) {
      const [method, url] = route.split(' ') as [string, string];
      const described = paths[url.replace(/:(\w+)/g, '{$1}')]![method.toLowerCase()]!;
      expect(described).toMatchObject({
        description: `Least role: ${least}.`,
        security: [{ operatorToken: [] }, { session: [] }],
      });
      expect(Object.keys(described.responses)).toEqual(expect.arrayContaining(['401', '403']));
    }
  });
});
