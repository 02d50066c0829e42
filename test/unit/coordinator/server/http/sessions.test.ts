import type { Role } from '@murmuration/api/role';
import { sessionLasts } from '@murmuration/rounds/operators/sessions';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Admin, openAdmin } from './admin.ts';

let admin: Admin;

beforeEach(async () => {
  admin = await openAdmin();
});
afterEach(() => admin.close());

const own = { host: 'learn.example:8800', origin: 'http://learn.example:8800' };

/** Signs in as a page does, and gives what the browser keeps. */
async function signIn(role: Role, headers: Record<string, string> = own) {
  const response = await admin.app.inject({
    method: 'POST',
    url: '/v1/admin/session',
    headers,
    payload: { token: admin.texts[role] },
  });
  const set = response.headers['set-cookie'] as string | undefined;
  return { response, set, cookie: set?.split(';')[0] ?? '' };
}

const ask = (method: 'GET' | 'POST' | 'DELETE', path: string, headers: Record<string, string>) =>
  admin.app.inject({ method, url: `/v1/admin${path}`, headers });

describe('a session', () => {
  it('begins with an operator token, and its cookie is for no script, no other site and nothing but TLS where there is TLS', async () => {
    const { response, set, cookie } = await signIn('operator');
    expect(response.statusCode).toBe(201);
    expect(response.json()).toMatchObject({ name: 'the operator', role: 'operator' });
    expect(set).toMatch(/^murmuration=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(set).not.toContain(admin.texts.operator);
    const { json, statusCode } = await ask('GET', '/session', { cookie });
    expect(statusCode).toBe(200);
    expect(json()).toEqual(response.json());
  });

  it.each(['mmo_wrong', 'x', 'mmo_'])('does not begin with %s', async token => {
    const response = await admin.app.inject({
      method: 'POST',
      url: '/v1/admin/session',
      headers: own,
      payload: { token },
    });
    expect(response.statusCode).toBe(401);
    expect(response.headers['set-cookie']).toBeUndefined();
  });

  it('is missed by a page that shows where one signs in, which is no refusal; a wrong token is one', async () => {
    const refused: string[] = [];
    admin.events.on('refused', (where, code) => refused.push(`${where}: ${code}`));
    for (const headers of [{}, { cookie: 'murmuration=of-a-session-that-has-ended' }])
      expect((await ask('GET', '/session', headers)).statusCode).toBe(401);
    expect(refused).toEqual([]);
    await ask('GET', '/session', { authorization: 'Bearer mmo_wrong' });
    await admin.app.inject({
      method: 'POST',
      url: '/v1/admin/session',
      headers: own,
      payload: { token: 'x' },
    });
    expect(refused).toEqual([
      'GET /v1/admin/session: operator.unauthenticated',
      'POST /v1/admin/session: operator.unauthenticated',
    ]);
  });

  it('has the role of its token', async () => {
    for (const [role, status] of [
      ['viewer', 403],
      ['operator', 200],
    ] as const) {
      const { cookie } = await signIn(role);
      expect((await ask('POST', '/tasks/values/pause', { ...own, cookie })).statusCode).toBe(status);
    }
    expect((await admin.storage.audit.list(99, 99)).map(({ actor }) => actor.name)).toEqual(['the operator']);
  });

  it('changes things for pages of this origin alone', async () => {
    const { cookie } = await signIn('admin');
    for (const headers of [
      { host: own.host },
      { ...own, origin: 'http://evil.example' },
      { ...own, origin: 'http://learn.example' },
      { ...own, origin: 'null' },
      { ...own, origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' },
    ]) {
      for (const [method, path] of [
        ['POST', '/tasks/values/pause'],
        ['DELETE', '/session'],
      ] as const) {
        const { statusCode, json } = await ask(method, path, { ...headers, cookie });
        expect([headers, statusCode, json().code]).toEqual([headers, 403, 'operator.cross-site']);
      }
    }
    expect(admin.rounds.isPaused).toBe(false);
    expect((await ask('GET', '/session', { host: own.host, cookie })).statusCode).toBe(200);
  });

  it('does not begin from a page of another origin', async () => {
    const { response, set } = await signIn('admin', { ...own, origin: 'http://evil.example' });
    expect([response.statusCode, set]).toEqual([403, undefined]);
  });

  it('ends when its operator signs out, after half a day, and when its token is revoked', async () => {
    const { cookie } = await signIn('viewer');
    const { cookie: other } = await signIn('viewer');
    const left = await ask('DELETE', '/session', { ...own, cookie });
    expect([left.statusCode, left.headers['set-cookie']]).toEqual([
      204,
      expect.stringContaining('Max-Age=0'),
    ]);
    expect((await ask('GET', '/session', { cookie })).statusCode).toBe(401);
    expect((await ask('GET', '/session', { cookie: other })).statusCode).toBe(200);
    await admin.clock.advance(sessionLasts);
    expect((await ask('GET', '/session', { cookie: other })).statusCode).toBe(401);

    const { cookie: third } = await signIn('viewer');
    const [token] = (await admin.operators.list({ after: undefined, limit: 9 })).filter(
      ({ role }) => role === 'viewer',
    );
    await admin.operators.revoke(token!.id);
    expect((await ask('GET', '/session', { cookie: third })).statusCode).toBe(401);
  });

  it('is one of a few of its token: the oldest gives way', async () => {
    const cookies: string[] = [];
    for (let i = 0; i < 33; i++) {
      await admin.clock.advance(10_000);
      cookies.push((await signIn('viewer')).cookie);
    }
    expect((await ask('GET', '/session', { cookie: cookies[0]! })).statusCode).toBe(401);
    for (const cookie of cookies.slice(1))
      expect((await ask('GET', '/session', { cookie })).statusCode).toBe(200);
  });

  it('can not be guessed at: an address tries a few times, and then has to wait', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 21; i++) statuses.push((await signIn('viewer')).response.statusCode);
    expect(statuses).toEqual([...Array<number>(20).fill(201), 429]);
    await admin.clock.advance(5_000);
    expect((await signIn('viewer')).response.statusCode).toBe(201);
  });

  it('goes after a token in the header, so that a program is who it says', async () => {
    const { cookie } = await signIn('admin');
    const headers = { ...own, cookie, authorization: `Bearer ${admin.texts.viewer}` };
    expect((await ask('GET', '/session', headers)).json()).toMatchObject({ role: 'viewer', expiresAt: null });
    expect((await ask('GET', '/session', { ...headers, authorization: 'Bearer mmo_' })).statusCode).toBe(401);
  });
});
