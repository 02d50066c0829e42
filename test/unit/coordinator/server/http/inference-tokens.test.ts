import { InferenceTokens } from '@murmuration/coordinator/inference/inference-tokens';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { Access } from '@murmuration/serving/access/access';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Admin, openAdmin } from './admin.ts';

let admin: Admin;

beforeEach(async () => {
  admin = await openAdmin();
});
afterEach(() => admin.close());

/** What a request from this machine with this text, or without one, is told. */
function ask(text?: string, right: 'predict' | 'manage' = 'predict'): string {
  const authorization = text && `Bearer ${text}`;
  try {
    admin.access.admit({ authorization, host: 'localhost', isForeign: false, isLocal: true }, right);
    return 'let in';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

async function make(terms: object) {
  const { status, body } = await admin.ask('POST', '/inference-tokens', 'operator', terms);
  expect(status).toBe(201);
  return body as unknown as { readonly text: string; readonly token: { readonly id: string } };
}

describe('inference tokens that operators make', () => {
  it('are valid from their making to their revocation, as far as their rights go', async () => {
    expect(ask()).toBe('let in');
    const { text, token } = await make({ name: 'shop', rights: ['predict'] });
    expect(text).toMatch(/^mmi_[\w-]{59}$/);
    expect(
      JSON.stringify(await admin.storage.inferenceTokens.list({ after: undefined, limit: 9 })),
    ).not.toContain(text.slice(20));
    expect(ask(text)).toBe('let in');
    expect(ask(text, 'manage')).toBe('inference.forbidden');
    // Whoever was let in without a token needs one from now on.
    expect(ask()).toBe('inference.unauthenticated');
    const listed = await admin.ask('GET', '/inference-tokens', 'viewer');
    expect(listed.body).toMatchObject({
      tokens: [{ id: token.id, name: 'shop', rights: ['predict'], state: 'valid', rate: null, quota: null }],
      next: null,
    });
    expect((await admin.ask('POST', `/inference-tokens/${token.id}/revoke`, 'operator')).body).toMatchObject({
      token: { state: 'revoked' },
    });
    expect(ask(text)).toBe('inference.unauthenticated');
    // To revoke the last one opens nothing again.
    expect(ask()).toBe('inference.unauthenticated');
    const entries = await admin.storage.audit.list(9, 9);
    expect(entries.map(({ action, subject, outcome }) => [action, subject, outcome])).toEqual([
      ['inference-token.revoke', token.id, 'done'],
      ['inference-token.create', token.id, 'done'],
    ]);
  });

  it('have limits, of which nothing comes back when another token is made', async () => {
    const { text } = await make({ name: 'few', rights: ['predict'], quota: { requests: 2, hours: 24 } });
    expect([ask(text), ask(text), ask(text)]).toEqual(['let in', 'let in', 'request.too-often']);
    await make({ name: 'other', rights: ['predict', 'manage'] });
    expect(ask(text)).toBe('request.too-often');
    await admin.clock.advance(12 * 3_600_000);
    expect(ask(text)).toBe('let in');
  });

  it('are for the models that they name, also after a restart', async () => {
    const { token } = await make({ name: 'own', rights: ['monitor'], models: ['spam'] });
    expect(token).toMatchObject({ models: ['spam'] });
    const { body } = await admin.ask('GET', '/inference-tokens', 'viewer');
    expect(body).toMatchObject({ tokens: [{ models: ['spam'] }] });
    const { text } = await make({ name: 'all', rights: ['predict'] });
    const own = await make({ name: 'own', rights: ['predict'], models: ['spam'] });
    const restarted = new Access([], { primitives: native, clock: admin.clock });
    const { storage, clock } = admin;
    const ports = { access: restarted, primitives: native, clock, random: systemRandom };
    await new InferenceTokens({ ...ports, store: storage.inferenceTokens }).open();
    const shown = [text, own.text].map(each => restarted.shown(`Bearer ${each}`, 'predict')?.models);
    expect(shown).toEqual([null, ['spam']]);
  });

  it('end when they say, and are there again after a restart', async () => {
    const expiresAt = new Date(admin.clock.now() + 60_000).toISOString();
    const { text } = await make({ name: 'brief', rights: ['predict'], expiresAt });
    await admin.inferenceTokens.open();
    expect(ask(text)).toBe('let in');
    await admin.clock.advance(60_000);
    expect(ask(text)).toBe('inference.unauthenticated');
    await admin.inferenceTokens.open();
    expect(ask(text)).toBe('inference.unauthenticated');
  });

  it('are refused with what is wrong', async () => {
    for (const wrong of [
      { rights: ['predict'] },
      { name: 'a', rights: [] },
      { name: 'a', rights: ['all'] },
      { name: 'a', rights: ['predict'], quota: { requests: 0, hours: 1 } },
      { name: 'a', rights: ['predict'], rate: { burst: 1, perSecond: 0 } },
      { name: 'a', rights: ['predict'], models: [] },
      { name: 'a', rights: ['predict'], models: [''] },
      { name: 'a', rights: ['predict'], models: Array(101).fill('m') },
      { name: 'a', rights: ['predict'], more: 1 },
    ])
      expect((await admin.ask('POST', '/inference-tokens', 'operator', wrong)).status).toBe(400);
    const none = await admin.ask('POST', `/inference-tokens/${'n'.repeat(16)}/revoke`, 'operator');
    expect(none).toMatchObject({ status: 404, body: { code: 'request.not-found' } });
  });

  it('are at most a thousand', async () => {
    for (let i = 0; i < 1_000; i++)
      await admin.inferenceTokens.create({
        name: `${i}`,
        rights: ['predict'],
        models: null,
        rate: null,
        quota: null,
        expiresAt: null,
      });
    const one = await admin.ask('POST', '/inference-tokens', 'operator', { name: 'a', rights: ['predict'] });
    expect(one).toMatchObject({ status: 429, body: { code: 'request.too-many' } });
  });
});
