import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStorage } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import type { EnrolmentVerifier } from '@murmuration/rounds/population/enrolment';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { RoundState } from '@murmuration/rounds/round/round';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { afterEach, describe, expect, it } from 'vitest';
import { hurriedClock } from '../hurried-clock.ts';
import { eventOf, lineClient, lineTask } from './line.ts';
import { RawDevice } from './raw-device.ts';

const admin = mintToken('operator', systemRandom, native);
const operatorTokens = [
  { id: admin.proof.id, name: 'Ada', role: 'admin' as const, sha256: hex(admin.proof.digest) },
];

let coordinator: Coordinator | undefined;
afterEach(async () => {
  await coordinator?.stop();
  coordinator = undefined;
});

async function open(
  config: object = {},
  task: Partial<TaskDefinition> = {},
  verifyEnrolment?: EnrolmentVerifier,
): Promise<Coordinator> {
  coordinator = await createCoordinator(
    parseConfig({ port: 0, log: 'silent', operatorTokens, ...config }),
    [lineTask({ schedule: { every: '1 h' }, ...task })],
    { clock: systemClock, random: systemRandom, ...(verifyEnrolment && { verifyEnrolment }) },
  );
  return coordinator;
}

async function ask(path: string, body?: object) {
  const response = await fetch(`${coordinator!.url}/v1/admin${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${admin.text}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(response.status).toBeLessThan(300);
  return response.json();
}

describe('a device that is revoked in the middle of a round', () => {
  it('ID6: is out of everything at once, and the round goes on without it', async () => {
    const { url, events } = await open(
      { enrolmentTokens: ['a token for every device'] },
      {
        update: { kind: 'float32', clip: 1 },
        cohort: { goal: 2, minimum: 2, overSelection: 1.5 },
        deadlines: { gathering: '1 min', updates: '1 min' },
      },
    );
    const token = 'a token for every device';
    const devices = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const device = await new RawDevice(url).connect();
        await device.enrol({ token });
        await device.hello();
        await device.checkIn();
        return device;
      }),
    );
    const [bad, ...others] = devices as [RawDevice, RawDevice, RawDevice];
    const ended = eventOf<[RoundRecord]>(events, 'round-ended');
    await coordinator!.start();
    const part = await bad.assigned();
    const closed = bad.closed();
    expect(await ask(`/devices/${bad.id}/revoke`, {})).toMatchObject({ device: bad.id, isConnected: false });
    expect(await closed).toBe('io server disconnect');

    const { models } = await (await fetch(`${url}/v1/tasks/line/models`)).json();
    const { weightsManifest } = await (await fetch(url + models[0].url)).json();
    const layout = layoutOf(weightsManifest[0].weights);
    const update = encodeUpdate(layout.hash, layout.count, {
      kind: 'float32',
      delta: Float32Array.of(0.5, 0.25),
      weight: 1,
    });
    expect(await bad.upload(part, update)).toMatchObject({ status: 403, body: { code: 'device.revoked' } });
    await bad.connect();
    await expect(bad.hello()).rejects.toMatchObject({ code: 'device.revoked' });
    await expect(bad.enrol({ token })).rejects.toMatchObject({ code: 'device.revoked' });
    await expect(bad.checkIn()).rejects.toMatchObject({ code: 'device.not-identified' });
    bad.socket.disconnect();

    for (const device of others)
      expect(await device.upload(await device.assigned(), update)).toMatchObject({ status: 200 });
    const [record] = await ended;
    expect(record).toMatchObject({ outcome: 'published', tally: { cohort: 3, accepted: 2, lost: 1 } });
    for (const device of others) device.socket.disconnect();
    const { entries } = await ask('/audit');
    expect(entries).toMatchObject([
      { action: 'device.revoke', subject: bad.id, outcome: 'done', actor: { name: 'Ada' } },
    ]);
  });

  it('ID6: is out of the pool of those who wait', async () => {
    const { url } = await open(
      { openEnrolment: true },
      { cohort: { goal: 2, minimum: 1, overSelection: 1 } },
    );
    const device = await new RawDevice(url).join();
    expect((await ask('/tasks')).tasks).toMatchObject([{ waiting: 1 }]);
    await ask(`/devices/${device.id}/revoke`, {});
    expect((await ask('/tasks')).tasks).toMatchObject([{ waiting: 0 }]);
    device.socket.disconnect();
  });

  it('ID6: stops the SDK, which tells its app and comes back no more', async () => {
    const { url, events } = await open({ openEnrolment: true });
    const storage = memoryStorage();
    // It comes back seconds after its connection was ended, and hears why then.
    const client = lineClient(url, 0, storage, hurriedClock(10));
    const checkedIn = eventOf<[string]>(events, 'checked-in');
    await client.start();
    const [device] = await checkedIn;
    const told = new Promise<string>(resolve => client.on('error', ({ code }) => resolve(code)));
    await ask(`/devices/${device}/revoke`, {});
    expect(await told).toBe('device.revoked');
    const again = lineClient(url, 0, storage);
    const toldAgain = new Promise<string>(resolve => again.on('error', ({ code }) => resolve(code)));
    await again.start();
    expect(await toldAgain).toBe('device.revoked');
    await Promise.all([client.stop(), again.stop()]);
  });
});

describe('enrolment', () => {
  const enrolled = async (url: string, token: string) => {
    const device = await new RawDevice(url).connect();
    try {
      await device.enrol({ token });
      await device.hello();
      return 'enrolled';
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      device.socket.disconnect();
    }
  };

  it('takes a one-time token of an operator’s from one of two devices that use it at the same moment', async () => {
    const { url } = await open({ enrolmentTokens: ['a token for every device'] });
    const { text, token } = await ask('/enrolment-tokens', { name: 'one phone' });
    const answers = await Promise.all([enrolled(url, text), enrolled(url, text)]);
    expect(answers.toSorted()).toEqual(['device.enrolment-used-up', 'enrolled']);
    expect((await ask('/enrolment-tokens')).tokens).toMatchObject([
      { id: token.id, uses: 1, state: 'used-up' },
    ]);
    // Those of the configuration count beside it.
    expect(await enrolled(url, 'a token for every device')).toBe('enrolled');
    await ask(`/enrolment-tokens/${token.id}/revoke`, {});
    expect(await enrolled(url, text)).toBe('device.enrolment-refused');
  });

  it('asks an app’s own verifier about whoever has no right token', async () => {
    const asked: string[] = [];
    const { url } = await open(
      { enrolmentTokens: ['a token for every device'] },
      {},
      async ({ token, publicKey, device }) => {
        expect(publicKey).toHaveLength(32);
        expect(device).toHaveLength(22);
        asked.push(token);
        return token.startsWith('genuine');
      },
    );
    const long = `genuine ${'x'.repeat(8_000)}`;
    expect(await enrolled(url, long)).toBe('enrolled');
    expect(await enrolled(url, 'forged')).toBe('device.enrolment-refused');
    expect(await enrolled(url, 'a token for every device')).toBe('enrolled');
    expect(await enrolled(url, 'x'.repeat(8_193))).toBe('request.invalid');
    expect(await enrolled(url, 'x'.repeat(16_384))).toBe('request.too-large');
    expect(asked).toEqual([long, 'forged']);
  });
});

describe('operators', () => {
  it('start, end and pause rounds of a coordinator that runs', async () => {
    const { events } = await open({ openEnrolment: true });
    await ask('/tasks/line/pause', {});
    await coordinator!.start();
    expect((await ask('/tasks')).tasks).toMatchObject([{ isPaused: true, round: null }]);
    const gathering = eventOf<[RoundState]>(
      events,
      'round',
      ({ phase }: RoundState) => phase === 'gathering',
    );
    await ask('/tasks/line/start-round', {});
    await gathering;
    const ended = eventOf<[RoundRecord]>(events, 'round-ended');
    await ask('/tasks/line/abort-round', { reason: 'a rehearsal' });
    expect((await ended)[0]).toMatchObject({
      outcome: 'failed',
      failure: { reason: 'An operator ended the round: a rehearsal.' },
    });
  });
});

describe('a restart', () => {
  it('forgets no device, token, pause nor entry of the audit log', async () => {
    const storage = await mkdtemp(join(tmpdir(), 'murmuration-access-'));
    const { url } = await open({ storage });
    const { text } = await ask('/enrolment-tokens', { name: 'two phones', maxUses: 2 });
    const enrolWith = async (to: string, device = new RawDevice(to)) => {
      await device.connect();
      await device.enrol({ token: text });
      await device.hello();
      device.socket.disconnect();
      return device;
    };
    const bad = await enrolWith(url);
    const good = await enrolWith(url);
    await ask(`/devices/${bad.id}/revoke`, {});
    await ask('/tasks/line/pause', {});
    const { text: viewer } = await ask('/operator-tokens', { name: 'Vi', role: 'viewer' });
    const before = await ask('/audit');
    await coordinator!.stop();

    const again = (await open({ storage })).url;
    await coordinator!.start();
    const back = await new RawDevice(again, good.key).connect();
    back.id = good.id;
    await back.hello();
    back.socket.disconnect();
    const stranger = await new RawDevice(again, bad.key).connect();
    stranger.id = bad.id;
    await expect(stranger.hello()).rejects.toMatchObject({ code: 'device.revoked' });
    await expect(stranger.enrol({ token: text })).rejects.toMatchObject({ code: 'device.revoked' });
    stranger.socket.disconnect();
    await expect(enrolWith(again)).rejects.toMatchObject({ code: 'device.enrolment-used-up' });
    expect(await ask('/audit')).toEqual(before);
    expect(before.entries).toHaveLength(4);
    expect((await ask('/tasks')).tasks).toMatchObject([{ isPaused: true, round: null }]);
    const devices = await fetch(`${again}/v1/admin/devices`, {
      headers: { authorization: `Bearer ${viewer}` },
    });
    expect((await devices.json()).devices).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ device: good.id, platform: 'other', revokedAt: null }),
        expect.objectContaining({ device: bad.id, platform: 'other', revokedAt: expect.any(String) }),
      ]),
    );
    await coordinator!.stop();
    await rm(storage, { recursive: true });
  });
});
