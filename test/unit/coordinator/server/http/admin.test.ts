import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import { challengeMessage } from '@murmuration/protocol/messages/hello';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import { native } from '@murmuration/protocol/primitives/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceId, updateOf } from '../federation.ts';
import { type Admin, openAdmin } from './admin.ts';

let admin: Admin;

beforeEach(async () => {
  admin = await openAdmin();
});
afterEach(() => admin.close());

const audited = async () =>
  (await admin.ask('GET', '/audit', 'viewer')).body.entries as unknown as Record<string, unknown>[];

const nonce = new Uint8Array(32);

async function enrol(seed: number): Promise<DeviceId> {
  const key = native.ed25519.signingKey(new Uint8Array(32).fill(seed));
  const signature = key.sign(challengeMessage('enrol', nonce));
  const message = { protocol: protocolVersion, publicKey: key.publicKey, token: '', signature };
  return (await admin.population.enrol(message, nonce)).id;
}

describe('operator tokens', () => {
  it('are made, shown once, listed, used and revoked', async () => {
    const made = await admin.ask('POST', '/operator-tokens', 'admin', { name: 'Grace', role: 'operator' });
    expect(made.status).toBe(201);
    const { token, text } = made.body as unknown as { token: { id: string }; text: string };
    expect(token).toMatchObject({ name: 'Grace', role: 'operator', state: 'valid', expiresAt: null });
    const list = await admin.ask('GET', '/operator-tokens', 'admin');
    expect(list.body.tokens).toContainEqual(token);
    expect(JSON.stringify(list.body)).not.toContain(text.slice(20));
    expect((await admin.ask('GET', '/operator', { token: text })).body).toEqual({
      id: token.id,
      name: 'Grace',
      role: 'operator',
    });
    const revoked = await admin.ask('POST', `/operator-tokens/${token.id}/revoke`, 'admin');
    expect(revoked.body.token).toMatchObject({ id: token.id, state: 'revoked' });
    expect((await admin.ask('GET', '/operator', { token: text })).status).toBe(401);
    expect((await admin.ask('POST', `/operator-tokens/${'A'.repeat(16)}/revoke`, 'admin')).status).toBe(404);
  });

  it.each([
    [{ name: 'Grace' }],
    [{ name: '', role: 'viewer' }],
    [{ name: 'a\nb', role: 'viewer' }],
    [{ name: ' a', role: 'viewer' }],
    [{ name: '\ud800', role: 'viewer' }],
    [{ name: 'a'.repeat(101), role: 'viewer' }],
    [{ name: 'Grace', role: 'root' }],
    [{ name: 'Grace', role: 'viewer', expiresAt: 'tomorrow' }],
    [{ name: 'Grace', role: 'viewer', more: 1 }],
  ])('are refused as %j', async body => {
    const { status, body: answer } = await admin.ask('POST', '/operator-tokens', 'admin', body);
    expect(status).toBe(400);
    expect(answer.code).toBe('request.invalid');
  });
});

describe('enrolment tokens', () => {
  it('are one-time tokens unless said otherwise, shown once, listed and revoked', async () => {
    const made = await admin.ask('POST', '/enrolment-tokens', 'operator', { name: 'beta testers' });
    expect(made.status).toBe(201);
    const { token, text } = made.body as unknown as { token: { id: string }; text: string };
    expect(text).toMatch(/^mme_/);
    expect(token).toMatchObject({ name: 'beta testers', state: 'valid', uses: 0, maxUses: 1 });
    await admin.storage.enrolmentTokens.use(token.id, deviceId(1), admin.clock.now());
    const list = await admin.ask('GET', '/enrolment-tokens', 'viewer');
    expect(list.body.tokens).toEqual([{ ...token, uses: 1, state: 'used-up' }]);
    expect(JSON.stringify(list.body)).not.toContain(text.slice(20));
    const revoked = await admin.ask('POST', `/enrolment-tokens/${token.id}/revoke`, 'operator');
    expect(revoked.body.token).toMatchObject({ state: 'revoked' });
    expect((await admin.ask('POST', `/enrolment-tokens/${'A'.repeat(16)}/revoke`, 'operator')).status).toBe(
      404,
    );
  });

  it('may be for any number of devices, and expire', async () => {
    const expiresAt = new Date(admin.clock.now() + 1_000).toISOString();
    const { body } = await admin.ask('POST', '/enrolment-tokens', 'operator', {
      name: 'all',
      maxUses: null,
      expiresAt,
    });
    expect(body.token).toMatchObject({ maxUses: null, expiresAt, state: 'valid' });
    await admin.clock.advance(1_000);
    const { body: list } = await admin.ask('GET', '/enrolment-tokens', 'viewer');
    expect(list.tokens).toMatchObject([{ state: 'expired' }]);
  });

  it.each([
    [{ name: 'x', maxUses: 0 }],
    [{ name: 'x', maxUses: 1.5 }],
    [{ maxUses: 1 }],
    [{ name: 'x', uses: 0 }],
  ])('are refused as %j', async body => {
    expect((await admin.ask('POST', '/enrolment-tokens', 'operator', body)).status).toBe(400);
  });

  it('are listed by pages', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await admin.clock.advance(1);
      await admin.ask('POST', '/enrolment-tokens', 'operator', { name });
    }
    const names: string[] = [];
    let next: string | null = '';
    do {
      const query: string = next === '' ? '?limit=2' : `?limit=2&after=${next}`;
      const { body } = await admin.ask('GET', `/enrolment-tokens${query}`, 'viewer');
      names.push(...(body.tokens as unknown as { name: string }[]).map(({ name }) => name));
      next = body.next as unknown as string | null;
    } while (next !== null);
    expect(names).toEqual(['e', 'd', 'c', 'b', 'a']);
    for (const after of ['1', 'x.y', '1.short', `1.${'a'.repeat(40)}`])
      expect((await admin.ask('GET', `/enrolment-tokens?after=${after}`, 'viewer')).status).toBe(400);
  });
});

describe('devices', () => {
  it('are listed with what is known of them', async () => {
    const first = await enrol(1);
    await admin.clock.advance(5);
    const second = await enrol(2);
    admin.channel.connected.add(second);
    const seenAt = admin.clock.now();
    await admin.storage.activity.record([
      {
        device: second,
        seenAt,
        client: { platform: 'node', sdk: '0.1.0' },
        tasks: [{ task: 'values' as TaskName, rounds: 2, updates: 1, lastAt: seenAt }],
      },
    ]);
    const { body } = await admin.ask('GET', '/devices', 'viewer');
    const time = new Date(seenAt).toISOString();
    expect(body).toEqual({
      devices: [
        {
          device: second,
          enrolledAt: time,
          revokedAt: null,
          isConnected: true,
          seenAt: time,
          platform: 'node',
          sdk: '0.1.0',
          convictions: [],
          outUntil: null,
          marks: [],
          tasks: [{ task: 'values', rounds: 2, updates: 1, lastAt: time }],
        },
        {
          device: first,
          enrolledAt: new Date(seenAt - 5).toISOString(),
          revokedAt: null,
          isConnected: false,
          seenAt: null,
          platform: null,
          sdk: null,
          convictions: [],
          outUntil: null,
          marks: [],
          tasks: [],
        },
      ],
      next: null,
    });
    expect((await admin.ask('GET', `/devices/${second}`, 'viewer')).body).toEqual(
      (body.devices as unknown as object[])[0],
    );
    expect((await admin.ask('GET', `/devices/${'A'.repeat(22)}`, 'viewer')).body).toMatchObject({
      code: 'request.not-found',
    });
  });

  it('are revoked: no more of them is taken, and whoever asks again changes nothing', async () => {
    const device = await enrol(1);
    const other = await enrol(2);
    const revoked = await admin.ask('POST', `/devices/${device}/revoke`, 'operator');
    expect(revoked.status).toBe(200);
    expect(revoked.body).toMatchObject({ device, revokedAt: expect.stringMatching(/Z$/) });
    expect(admin.population.isRevoked(device)).toBe(true);
    expect(admin.disconnected).toEqual([device]);
    await admin.clock.advance(1_000);
    expect((await admin.ask('POST', `/devices/${device}/revoke`, 'operator')).body).toEqual(revoked.body);
    const ids = async (query: string) =>
      (
        (await admin.ask('GET', `/devices?revoked=${query}`, 'viewer')).body.devices as unknown as Record<
          string,
          string
        >[]
      ).map(each => each.device);
    expect(await ids('true')).toEqual([device]);
    expect(await ids('false')).toEqual([other]);
    const unknown = 'A'.repeat(22) as DeviceId;
    expect((await admin.ask('POST', `/devices/${unknown}/revoke`, 'operator')).status).toBe(404);
    expect(admin.population.isRevoked(unknown)).toBe(false);
  });

  it('lose their part in the round under way when they are revoked', async () => {
    await admin.rounds.start();
    await admin.clock.advance(0);
    const device = await enrol(1);
    admin.checkIn(device);
    for (let i = 0; i < 4; i++) admin.checkIn(deviceId(i));
    expect(admin.rounds.current!.state.phase).toBe('updates');
    const part = admin.channel.assignments.get(device)!;
    await admin.ask('POST', `/devices/${device}/revoke`, 'operator');
    await expect(admin.rounds.current!.accept(part.assignment, updateOf([1, 0, 0, 0]))).rejects.toMatchObject(
      {
        code: 'assignment.left',
      },
    );
    for (let i = 0; i < 3; i++)
      await admin.rounds.current!.accept(
        admin.channel.assignments.get(deviceId(i))!.assignment,
        updateOf([1, 0, 0, 0]),
      );
    await admin.clock.advance(0);
    expect(admin.records).toMatchObject([{ outcome: 'published', tally: { accepted: 3, lost: 1 } }]);
  });
});

describe('the audit log', () => {
  it('has who did what to what and how it ended, newest first, and no secret', async () => {
    const device = await enrol(1);
    const { body: made } = await admin.ask('POST', '/enrolment-tokens', 'operator', { name: 'x' });
    const { token, text } = made as unknown as { token: { id: string }; text: string };
    await admin.ask('POST', `/enrolment-tokens/${token.id}/revoke`, 'admin');
    await admin.ask('POST', `/devices/${device}/revoke`, 'operator');
    await admin.ask('POST', '/tasks/values/pause', 'operator');
    await admin.ask('POST', '/tasks/none/pause', 'operator');
    await admin.ask('POST', '/tasks/values/pause', 'viewer');
    const entries = await audited();
    expect(entries.map(({ number, action, subject, outcome }) => [number, action, subject, outcome])).toEqual(
      [
        [10, 'task.pause', 'none', 'task.unknown'],
        [8, 'task.pause', 'values', 'done'],
        [6, 'device.revoke', device, 'done'],
        [4, 'enrolment-token.revoke', token.id, 'done'],
        [2, 'enrolment-token.create', token.id, 'done'],
      ],
    );
    expect(entries[3]).toMatchObject({
      time: new Date(admin.clock.now()).toISOString(),
      actor: { id: admin.texts.admin.slice(4, 20), name: 'the admin' },
    });
    const all = JSON.stringify(entries);
    for (const secret of [text, ...Object.values(admin.texts)]) expect(all).not.toContain(secret.slice(20));
    const { body } = await admin.ask('GET', '/audit?before=3&limit=1', 'viewer');
    expect(body.entries).toMatchObject([{ number: 2 }]);
    const numbersOf = async (query: string) =>
      (
        (await admin.ask('GET', `/audit?${query}`, 'viewer')).body.entries as unknown as { number: number }[]
      ).map(({ number }) => number);
    expect(await numbersOf('action=task.pause')).toEqual([10, 8]);
    expect(await numbersOf('action=task.pause&action=device.revoke&limit=2&before=10')).toEqual([8, 6]);
    expect((await admin.ask('GET', '/audit?action=task.paus', 'viewer')).status).toBe(400);
  });
});
